import { PARTS } from '../../../lib/animals/drawings.js';
import { whole } from './found.js';
import { FIVE_SEEDS, HELD_OUT, QUESTIONS, THRESHOLDS, TOP } from './sizes.js';
import { useAnimalsTexts } from './texts.js';

/** What counts, and what came out of several seeds. */
export function Seeds() {
  const { rule, five: texts, parts } = useAnimalsTexts();
  const { eye, nose, ear } = THRESHOLDS;
  return (
    <section class="five" aria-label={texts.title}>
      <h3>{rule.title}</h3>
      <p class="note">{rule.text(TOP, HELD_OUT / 2, whole(eye.onPart), whole(nose.onPart), whole(ear.onPart))}</p>
      <h3>{texts.title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: on phones it scrolls, also by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={texts.caption}>
        <table>
          <caption class="note">{texts.caption}</caption>
          <thead>
            <tr>
              <td />
              {FIVE_SEEDS.animal.eye.map((_, seed) => (
                <th key={seed} scope="col">
                  {seed}
                </th>
              ))}
              <th scope="col">{texts.mean}</th>
            </tr>
          </thead>
          <tbody>
            {QUESTIONS.flatMap((question) => {
              const found = FIVE_SEEDS[question];
              const asked = texts.asked[question];
              return [
                ...PARTS.map((part) => (
                  <Row key={question + part} name={texts.row(asked, parts[part])} values={found[part]} show={String} />
                )),
                <Row key={question} name={texts.row(asked, texts.accuracy)} values={found.accuracy} show={percent} />,
              ];
            })}
          </tbody>
        </table>
      </section>
      <p class="note">
        {texts.before} {texts.small}
      </p>
      <p class="note">{texts.study}</p>
      <p class="note">{texts.limits}</p>
    </section>
  );
}

const percent = (share: number) => (100 * share).toFixed(0);

function Row({ name, values, show }: { name: string; values: readonly number[]; show(value: number): string }) {
  const { mean, deviation } = spread(values);
  const rounded = (value: number) => (show === percent ? 100 * value : value).toFixed(1);
  return (
    <tr>
      <th scope="row">{name}</th>
      {values.map((value, seed) => (
        <td key={seed}>{show(value)}</td>
      ))}
      <td>
        {rounded(mean)} ± {rounded(deviation)}
      </td>
    </tr>
  );
}

/** The mean and the standard deviation of a sample. */
export function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}
