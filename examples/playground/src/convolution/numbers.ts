/** Numbers as the cells and the sums show them, with a real minus sign. */

const UNITS = ['', 'k', 'M', 'G', 'T'];

/** A number in at most four characters: 450, −450, 0.25, −.25, 12.3, 51k; those beyond 999T are shown as ∞. */
export function short(value: number): string {
  if (Number.isNaN(value)) return '?';
  const sign = value < 0 ? '−' : '';
  let size = Math.abs(value);
  for (const unit of UNITS) {
    // The third decimal only where the first is 0: .053, but 0.25.
    for (const digits of size < 0.1 ? [3, 2, 1, 0] : [2, 1, 0]) {
      const text = trimmed(size.toFixed(digits));
      for (const candidate of [text, text.replace(/^0\./, '.')]) {
        const whole = sign + candidate + unit;
        if (whole.length <= 4) return Number(candidate) === 0 ? '0' : whole;
      }
    }
    size /= 1000;
  }
  return `${sign}∞`;
}

/** A number with five significant digits, as a sum is written out. */
export function long(value: number): string {
  const rounded = Number(value.toPrecision(5));
  return (Object.is(rounded, -0) ? '0' : String(rounded)).replace('-', '−');
}

/** A factor or a summand after a sign: negative ones in brackets. */
export function bracketed(text: string): string {
  return text.startsWith('−') ? `(${text})` : text;
}

/** A number that somebody typed, with a comma, a point or either minus sign; null while it is none. */
export function parseNumber(text: string, least: number, most: number): number | null {
  const plain = text.trim().replace('−', '-').replace(',', '.');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(plain)) return null;
  return Math.min(most, Math.max(least, Number(plain)));
}

/** Without the zeros at the end of a decimal fraction. */
function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
