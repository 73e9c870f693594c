import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import type { PanelProps } from './panel.js';
import { rememberClosed } from './remembered.js';

let Loaded: ComponentType<PanelProps> | null = null;

/** The guided story, whose program is loaded when somebody wants to hear it. */
export function Story() {
  const { story } = useStore().parts;
  const { trouble } = useTexts();
  const [state, setState] = useState<'waiting' | 'failed' | 'loaded'>(Loaded ? 'loaded' : 'waiting');
  const step = story.value;
  const open = step !== null;
  useEffect(() => {
    if (!open || state !== 'waiting') return;
    import('./panel.js').then(
      ({ Panel }) => {
        Loaded = Panel;
        setState('loaded');
      },
      () => setState('failed'),
    );
  }, [open, state]);
  const close = () => {
    story.value = null;
    rememberClosed();
    document.getElementById('story-opener')?.focus({ preventScroll: true });
  };
  if (!open) return null;
  if (Loaded) return <Loaded step={step} onClose={close} />;
  if (state !== 'failed') return null;
  return (
    <div class="trouble" role="alert">
      <p>{trouble.cardUnloaded}</p>
      <button type="button" title={trouble.mendTip} onClick={() => setState('waiting')}>
        {trouble.mend}
      </button>
    </div>
  );
}
