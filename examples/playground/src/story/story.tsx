import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { rememberClosed, wasClosed } from './remembered.js';
import { bringIntoView } from './stage.js';
import { STEPS } from './steps.js';

/** Starts the story: an invitation for those who have not closed it yet, a button for the others. */
export function StoryOpener() {
  const { story } = useStore().parts;
  const { story: texts } = useTexts();
  const closed = useSignal(wasClosed());
  const start = () => {
    closed.value = true;
    story.value = 0;
  };
  if (closed.value) {
    return (
      <button type="button" id="story-opener" class="story-opener" title={texts.openTip} onClick={start}>
        {texts.open}
      </button>
    );
  }
  return (
    <div class="invitation">
      <p>{texts.invitation}</p>
      <div class="buttons">
        <button type="button" id="story-opener" class="primary" title={texts.startTip} onClick={start}>
          {texts.start}
        </button>
        <button
          type="button"
          title={texts.declineTip}
          onClick={() => {
            closed.value = true;
            rememberClosed();
          }}
        >
          {texts.decline}
        </button>
      </div>
    </div>
  );
}

/** The step that is being told, in a panel that leaves the page to be used. */
export function Story() {
  const { story } = useStore().parts;
  const { story: texts } = useTexts();
  const next = useRef<HTMLButtonElement>(null);
  const step = story.value;
  const open = step !== null;
  useEffect(() => {
    if (open) next.current?.focus({ preventScroll: true });
  }, [open]);
  useEffect(() => {
    return step === null ? undefined : bringIntoView(STEPS[step].shows);
  }, [step]);
  if (step === null) return null;
  const close = () => {
    story.value = null;
    rememberClosed();
    document.getElementById('story-opener')?.focus({ preventScroll: true });
  };
  const last = step === STEPS.length - 1;
  const { title, text } = texts.steps[step];
  return (
    <aside
      class="story"
      aria-label={texts.label}
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <div class="story-head">
        <span class="note">{texts.step(step + 1, STEPS.length)}</span>
        <button type="button" class="quiet" title={texts.closeTip} onClick={close}>
          {texts.close}
        </button>
      </div>
      <div class="story-told" aria-live="polite">
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
      <div class="story-foot">
        <ol aria-hidden="true">
          {STEPS.map((_, i) => (
            <li key={i} class={i === step ? 'told' : ''} />
          ))}
        </ol>
        <button
          type="button"
          title={texts.backTip}
          disabled={step === 0}
          onClick={() => {
            story.value = step - 1;
          }}
        >
          {texts.back}
        </button>
        <button
          type="button"
          ref={next}
          class="primary"
          title={last ? texts.closeTip : texts.nextTip}
          onClick={() => {
            if (last) close();
            else story.value = step + 1;
          }}
        >
          {last ? texts.done : texts.next}
        </button>
      </div>
    </aside>
  );
}
