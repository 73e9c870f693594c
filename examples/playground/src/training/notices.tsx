import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';

/** What one should know of this page and this browser before anything else. */
export function Notices() {
  const { training, refused } = useStore();
  const { trouble: texts } = useTexts();
  const slow = training.prepared.value?.slow;
  return (
    <>
      {refused.value.length > 0 && (
        <p class="trouble" role="alert">
          {texts.refused(refused.value.join(', '))}
        </p>
      )}
      {slow && (
        <p class="notice" role="status">
          {texts.slow[slow] + texts.gap + texts.slowly}
        </p>
      )}
    </>
  );
}
