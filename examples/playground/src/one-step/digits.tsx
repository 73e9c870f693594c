import { useMemo } from 'preact/hooks';
import type { Dataset } from '../../../../src/index.js';
import { ink } from '../../../../src/inspect/index.js';
import { oneOfEach } from '../draw/examples.js';
import { Pixels } from '../pictures/pixels.js';
import type { Judged } from './step.js';
import type { OneStepTexts } from './texts.en.js';

/** One of the batch's digits of each kind, with what the network gives to the right answer. */
export function Digits({
  batch,
  before,
  after,
  texts,
}: {
  batch: Dataset;
  before: Judged | null;
  after: Judged | null;
  texts: OneStepTexts;
}) {
  const shown = useMemo(() => oneOfEach(batch).map((index) => ({ index, pixels: batch.input(index) })), [batch]);
  return (
    <section class="batch">
      <h3>{texts.batch(shown.length, batch.length)}</h3>
      <ul>
        {shown.map(({ index, pixels }) => {
          const label = batch.labels[index];
          const was = before && percent(before.given[index]);
          const is = after && percent(after.given[index]);
          return (
            <li key={index}>
              <Pixels
                values={pixels}
                width={28}
                height={28}
                color={ink}
                label={was === null ? String(label) : texts.given(label, was, is)}
              />
              <span aria-hidden="true">
                {was ?? '–'}
                {is !== null && (
                  <>
                    {' '}
                    {texts.to} <b>{is}</b>
                  </>
                )}
              </span>
            </li>
          );
        })}
      </ul>
      <p class="note">{texts.batchNote(batch.length)}</p>
    </section>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
