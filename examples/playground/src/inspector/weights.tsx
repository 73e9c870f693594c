import { diverging } from '../../../../src/inspect/index.js';
import { short } from '../convolution/numbers.js';
import { css, textOn } from '../pictures/colors.js';
import type { Snapshot } from '../state/measuring.js';
import { useTexts } from '../texts/index.js';

/** The weights of a filter, as numbers on their colors. */
export function Weights({ shown, filter }: { shown: Snapshot; filter: number }) {
  const { inspector: texts } = useTexts();
  const size = shown.shape[2];
  const values = tapsOf(shown, filter);
  const peak = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return (
    <section class="inspect-weights" aria-label={texts.weights}>
      <h3>{texts.weights}</h3>
      <table class="weight-table" data-testid="weights">
        <tbody>
          {Array.from({ length: size }, (_, row) => (
            <tr key={row}>
              {Array.from(values.subarray(row * size, (row + 1) * size), (value, column) => {
                const color = diverging(value / peak);
                return (
                  <td
                    key={column}
                    title={value.toPrecision(6)}
                    style={{ background: css(color), color: textOn(color) }}
                  >
                    {short(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** [k, k], of a filter of conv1. */
export function tapsOf({ weights, shape }: Snapshot, filter: number): Float32Array {
  const area = shape[2] * shape[3];
  return weights.subarray(filter * area, (filter + 1) * area);
}
