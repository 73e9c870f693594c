import { useSignal } from '@preact/signals';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { rememberClosed, wasClosed } from './remembered.js';

/** Starts the story, or goes on with it: an invitation for those who have not closed it yet, a button for the others. */
export function StoryOpener() {
  const { story, storyAt } = useStore().parts;
  const { story: texts } = useTexts();
  const closed = useSignal(wasClosed());
  const start = () => {
    closed.value = true;
    story.value = storyAt.peek();
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
