import { useRef } from 'preact/hooks';
import { useTexts } from '../texts/index.js';

const DIGITS = Array.from({ length: 10 }, (_, digit) => digit);

/** Ten bars with their numbers, and the sentence that they amount to. */
export function Probabilities({
  probabilities,
  empty,
  quiet,
  onPoint,
  onOpen,
}: {
  probabilities: readonly number[] | null;
  /** Whether there is nothing to look at. */
  empty: boolean;
  /** Whether what it says changes too often to be read aloud. */
  quiet: boolean;
  /** The mouse or the focus is at a bar; null when it has left. */
  onPoint(digit: number | null): void;
  /** A bar was pressed, by a finger or not. */
  onOpen(digit: number, touched: boolean): void;
}) {
  const { draw: texts } = useTexts();
  const touched = useRef(false);
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  return (
    <div class="net-bars">
      <p class="says" role="status" aria-live={quiet ? 'off' : 'polite'} data-testid="says">
        {probabilities ? texts.says(best, percent(probabilities[best])) : empty ? texts.empty : texts.loading}
      </p>
      <ul class="bars" aria-label={texts.probabilities}>
        {DIGITS.map((digit) => {
          const share = probabilities?.[digit] ?? 0;
          return (
            <li key={digit} class={digit === best ? 'best' : ''}>
              <button
                type="button"
                title={texts.probability(digit, percent(share))}
                data-maps={digit === best ? 'strip-classes' : undefined}
                disabled={!probabilities}
                onPointerDown={({ pointerType }) => {
                  touched.current = pointerType === 'touch';
                }}
                onPointerEnter={({ pointerType }) => pointerType !== 'touch' && onPoint(digit)}
                onPointerLeave={() => onPoint(null)}
                onFocus={() => onPoint(digit)}
                onBlur={() => onPoint(null)}
                onClick={() => {
                  onOpen(digit, touched.current);
                  touched.current = false;
                }}
              >
                <span>{digit}</span>
                <span class="bar-track" aria-hidden="true">
                  <i style={{ width: `${100 * share}%` }} />
                </span>
                <span class="bar-number">{probabilities ? percent(share) : '–'}</span>
              </button>
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
