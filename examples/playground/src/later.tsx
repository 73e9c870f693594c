import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useInSight } from './calm.js';
import { useTexts } from './texts/index.js';

/** A card whose program is loaded when one comes near it, so that the first screen need not wait for it. */
export function later(id: string, load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null;
  return function Later() {
    const { trouble: texts } = useTexts();
    const box = useRef<HTMLElement>(null);
    const near = useInSight(box);
    const [state, setState] = useState<'waiting' | 'failed' | 'loaded'>(loaded ? 'loaded' : 'waiting');
    useEffect(() => {
      if (!near || state !== 'waiting') return;
      load().then(
        (component) => {
          loaded = component;
          setState('loaded');
        },
        () => setState('failed'),
      );
    }, [near, state]);
    const Part = loaded;
    if (Part) return <Part />;
    return (
      <section class="card later" id={id} ref={box} aria-busy={near && state === 'waiting'}>
        {near && state === 'waiting' && <p class="note">{texts.loading}</p>}
        {state === 'failed' && (
          <div class="trouble" role="alert">
            <p>{texts.cardUnloaded}</p>
            <button type="button" title={texts.mendTip} onClick={() => setState('waiting')}>
              {texts.mend}
            </button>
          </div>
        )}
      </section>
    );
  };
}
