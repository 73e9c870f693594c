/** From numbers to places on a chart, in pixels. */

type Scale = (value: number) => number;

/** Up to here an axis of steps is about linear, above about logarithmic. */
const BEND = 10;
/** Where it has its numbers. */
const DECADES = [0, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, 1_000_000];
/** About how many numbers an axis has. */
const TICKS = 5;

export function linearScale(from: number, to: number, first: number, last: number): Scale {
  return (value) => first + ((value - from) / (to - from)) * (last - first);
}

/** From 0 to `most`. */
export function asinhScale(most: number, first: number, last: number): Scale {
  const scale = linearScale(0, Math.asinh(most / BEND), first, last);
  return (value) => scale(Math.asinh(value / BEND));
}

export function decadesTo(most: number): number[] {
  return DECADES.filter((decade) => decade <= most);
}

/** Round numbers, the first no larger and the last no smaller than the ends of the range. */
export function ticksOf([from, to]: [number, number]): number[] {
  const rough = (to - from) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((digit) => digit * power >= rough) ?? 10);
  const first = Math.floor(from / step);
  const count = Math.ceil(to / step - 1e-9) - first;
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The largest finite number of all columns; 1 when there is none above 0. */
export function mostOf(columns: readonly (readonly (number | null)[])[]): number {
  let most = 0;
  for (const column of columns) {
    for (const value of column) if (value !== null && Number.isFinite(value)) most = Math.max(most, value);
  }
  return most || 1;
}

/** A path from number to number, over the gaps; '' when there is none. */
export function pathOf(places: readonly number[], column: readonly (number | null)[], y: Scale): string {
  let path = '';
  column.forEach((value, i) => {
    if (value === null || !Number.isFinite(value)) return;
    path += `${path ? 'L' : 'M'}${places[i].toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return path;
}

/** The area between a path and the bottom of its chart. */
export function areaUnder(path: string, bottom: number): string {
  const first = path.slice(1, path.indexOf(' '));
  return path && `${path}V${bottom}H${first}Z`;
}
