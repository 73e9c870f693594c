import { bracketed } from '../convolution/numbers.js';
import type { OneStepTexts } from './texts.en.js';

/** One filter's weights in a step; each [size, size]. */
export interface Taps {
  before: Float32Array;
  gradient: Float32Array;
  after: Float32Array;
  lr: number;
  size: number;
}

/** How one weight came to what it is, written out. */
export function Equation({ taps, index, texts }: { taps: Taps; index: number; texts: OneStepTexts }) {
  const { before, gradient, after, lr, size } = taps;
  const { parts } = texts;
  const term = (value: string, name: string) => (
    <span class="factor">
      <b>{value}</b>
      <small>{name}</small>
    </span>
  );
  return (
    <div class="equation" data-testid="one-step-equation">
      <p>{texts.equation(Math.floor(index / size) + 1, (index % size) + 1)}</p>
      <p class="terms">
        {term(exact(before[index]), parts.before)} − {term(String(lr), parts.rate)} ×{' '}
        {term(bracketed(exact(gradient[index])), parts.gradient)} = {term(exact(after[index]), parts.after)}
      </p>
    </div>
  );
}

/** Every weight's numbers. */
export function AllNumbers({ taps, texts }: { taps: Taps; texts: OneStepTexts }) {
  const { before, gradient, after, lr, size } = taps;
  const { columns } = texts;
  return (
    <details class="all-numbers">
      <summary>{texts.numbers}</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              {Object.entries(columns).map(([name, text]) => (
                <th key={name} scope="col">
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from(before, (weight, i) => (
              <tr key={i}>
                <th scope="row">
                  {Math.floor(i / size) + 1}, {(i % size) + 1}
                </th>
                <td>{exact(weight)}</td>
                <td>{exact(gradient[i])}</td>
                <td>{exact(-lr * gradient[i])}</td>
                <td>{exact(after[i])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** With six decimals and a real minus sign: the sums are right to the last but one. */
function exact(value: number): string {
  const text = value.toFixed(6);
  return (Number(text) === 0 ? (0).toFixed(6) : text).replace('-', '−');
}
