import { ink } from '../../../../src/inspect/index.js';
import { Pixels } from '../pictures/pixels.js';
import { useTexts } from '../texts/index.js';
import type { HeldOut } from '../worker/held-out.js';
import type { HeldOutScore, Mistake } from '../worker/messages.js';

/** The held-out digits that the network gets most surely wrong, and what it thought. */
export function Mistakes({ score, heldOut }: { score: HeldOutScore; heldOut: HeldOut }) {
  const { progress: texts } = useTexts();
  const { mistakes, confusion } = score;
  const all = confusion.flat().reduce((sum, count) => sum + count, 0);
  const wrong = all - confusion.reduce((sum, row, digit) => sum + row[digit], 0);
  return (
    <div>
      <h3>{texts.mistakes}</h3>
      <p class="note">{texts.mistakesNote(wrong, all)}</p>
      <ul class="mistakes">
        {mistakes.map((mistake, i) => (
          <li key={i}>
            <Pixels
              values={heldOut.input(mistake.index)}
              width={28}
              height={28}
              color={ink}
              label={texts.digit(mistake.label)}
            />
            <div>
              <p>{texts.mistake(mistake.label, mistake.said)}</p>
              <Thoughts {...mistake} />
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Ten bars: how probable the network held each digit to be. */
function Thoughts({ probabilities, label, said }: Mistake) {
  const { progress: texts } = useTexts();
  return (
    <div class="thoughts" role="img" aria-label={texts.thoughts(probabilities[said], probabilities[label])}>
      {probabilities.map((probability, digit) => (
        <span
          key={digit}
          class={digit === said ? 'said' : digit === label ? 'right' : ''}
          title={`${digit}: ${(100 * probability).toFixed(1)}%`}
        >
          <i style={{ height: `${100 * probability}%` }} />
          {digit}
        </span>
      ))}
    </div>
  );
}
