import { useTexts } from '../texts/index.js';

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

/** Ten bars with their numbers, and the sentence that they amount to. */
export function Probabilities({
  probabilities,
  empty,
}: {
  probabilities: readonly number[] | null;
  /** Whether there is nothing to look at. */
  empty: boolean;
}) {
  const { draw: texts } = useTexts();
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  return (
    <div>
      <p class="says" role="status" data-testid="says">
        {probabilities ? texts.says(best, percent(probabilities[best])) : empty ? texts.empty : texts.loading}
      </p>
      <ul class="bars" aria-label={texts.probabilities}>
        {DIGITS.map((digit) => {
          const share = probabilities?.[digit] ?? 0;
          return (
            <li key={digit} class={digit === best ? 'best' : ''} title={texts.probability(digit, percent(share))}>
              <span>{digit}</span>
              <span class="bar-track" aria-hidden="true">
                <i style={{ width: `${100 * share}%` }} />
              </span>
              <span class="bar-number">{probabilities ? percent(share) : '–'}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
