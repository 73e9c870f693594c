import { useEffect, useState } from 'preact/hooks';
import { handMadeFilters } from '../../../../src/inspect/index.js';
import type { Snapshot } from '../state/measuring.js';
import { useTexts } from '../texts/index.js';
import type { Inquiry } from './inquiry.js';
import type { Changed } from './messages.js';

/** A change that was made, and what came of it. */
interface Result extends Changed {
  step: number;
  filter: number;
  /** The hand-made filter that took its place; null when nothing did. */
  by: string | null;
}

const KEPT = 6;
const SOBEL = 'vertical edge (Sobel)';

/** Takes the filter away, or puts another in its place, and counts. */
export function Needed({ shown, filter, inquiry }: { shown: Snapshot; filter: number; inquiry: Inquiry }) {
  const { inspector: texts, convolution } = useTexts();
  const [by, setBy] = useState(SOBEL);
  const [results, setResults] = useState<readonly Result[]>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    setResults([]);
    setBusy(false);
  }, [inquiry]);
  const { names } = convolution.filter;
  const { step, weights } = shown;
  const measure = async (replacement: string | null) => {
    setBusy(true);
    const changed = await inquiry.change(weights, filter, replacement);
    setBusy(false);
    if (changed) setResults((before) => [{ ...changed, step, filter, by: replacement }, ...before].slice(0, KEPT));
  };
  return (
    <section class="needed" aria-label={texts.needed}>
      <h3>{texts.needed}</h3>
      <p class="note">{texts.neededNote}</p>
      <div class="buttons">
        <button type="button" title={texts.ablateTip} disabled={busy} onClick={() => measure(null)}>
          {texts.ablate}
        </button>
        <button type="button" title={texts.replaceTip} disabled={busy} onClick={() => measure(by)}>
          {texts.replace}
        </button>
        <select
          value={by}
          aria-label={texts.replacement}
          title={texts.replaceTip}
          onChange={({ currentTarget }) => setBy(currentTarget.value)}
        >
          {handMadeFilters(shown.shape[2]).map(({ name }) => (
            <option key={name} value={name}>
              {names[name] ?? name}
            </option>
          ))}
        </select>
      </div>
      <div role="status">
        {busy && <p class="note">{texts.measuring}</p>}
        <ul class="changes" data-testid="changes">
          {results.map((result, i) => (
            <li key={results.length - i}>
              <span>
                {result.by === null
                  ? texts.ablated(result.filter)
                  : texts.replaced(result.filter, names[result.by] ?? result.by)}{' '}
                <span class="note">{texts.at(result.step)}</span>
              </span>
              <strong>{texts.change(percent(result.before, result), percent(result.after, result))}</strong>
              <span class={result.after < result.before ? 'worse' : 'better'}>
                {texts.difference(result.after - result.before)}
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function percent(count: number, { total }: Changed): string {
  return `${((100 * count) / total).toFixed(1)}%`;
}
