import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import type { Failure } from '../worker/failure.js';

/** What went wrong in any of the workers, and the button that mends it all. */
export function Trouble() {
  const { training, parts, mend } = useStore();
  const { trouble: texts } = useTexts();
  const reason = useReason();
  const failures = [
    { effect: texts.effects[training.prepared.value ? 'trainer' : 'begin'], failure: training.problem.value },
    { effect: texts.effects.measurer, failure: training.unmeasured.value },
    { effect: texts.effects.inspector, failure: parts.uninspected.value },
  ].flatMap(({ effect, failure }) => (failure ? [{ effect, reason: reason(failure), kind: failure.kind }] : []));
  if (failures.length === 0) return null;
  // One reason may be that of several workers.
  const sentences = new Set([...failures.map(({ effect }) => effect), ...failures.map((each) => each.reason)]);
  return (
    <div class="trouble" role="alert">
      <p>{[...sentences].join(texts.gap)}</p>
      {failures.some(({ kind }) => kind !== 'absent') && (
        <button type="button" title={texts.mendTip} onClick={mend}>
          {texts.mend}
        </button>
      )}
    </div>
  );
}

function useReason(): (failure: Failure) => string {
  const { settings } = useStore();
  const { trouble: texts } = useTexts();
  return (failure) => {
    switch (failure.kind) {
      case 'diverged':
        return texts.diverged(failure.step, settings.value.lr);
      case 'download':
      case 'damaged':
      case 'failed':
        return texts[failure.kind](failure.detail);
      default:
        return texts[failure.kind];
    }
  };
}

/** In place of what is being measured: what one waits for, or that nothing is measured. */
export function Unmeasured({ waiting }: { waiting?: string }) {
  const { training, parts } = useStore();
  const { trouble: texts } = useTexts();
  const failed = training.unmeasured.value || training.problem.value || parts.uninspected.value;
  return <p class="note">{failed ? texts.unmeasured : (waiting ?? texts.loading)}</p>;
}
