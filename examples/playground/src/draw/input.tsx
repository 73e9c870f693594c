import type { ComponentChildren } from 'preact';
import { ink } from '../../../../src/inspect/index.js';
import { Pixels } from '../pictures/pixels.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import type { DrawingState } from './drawing.js';
import { Pad } from './pad.js';

/** The drawing board, what the network sees of it, and digits for those who do not draw. */
export function Drawing({
  drawing: { strokes, image, held, examples, draw, choose, clear },
  children,
}: {
  drawing: DrawingState;
  /** What the network sees. */
  children: ComponentChildren;
}) {
  const { draw: texts } = useTexts();
  return (
    <>
      <Pad strokes={strokes} picture={image?.pixels ?? null} hinted={held} onDraw={draw} />
      <div class="draw-under">
        <button type="button" title={texts.clearTip} disabled={held} onClick={clear}>
          {texts.clear}
        </button>
        <div class="draw-seen">
          <span class="note" title={texts.seenTip}>
            {texts.seen}
          </span>
          {children}
        </div>
      </div>
      <fieldset class="draw-examples">
        <legend class="note">{texts.examples}</legend>
        {examples.length === 0 && <Unmeasured />}
        {examples.map((example) => {
          const name = texts.example(example.label);
          return (
            <label key={example.label} title={name}>
              <input
                type="radio"
                name="draw-example"
                aria-label={name}
                checked={image?.pixels === example.pixels}
                onChange={() => choose(example)}
              />
              <Pixels values={example.pixels} width={28} height={28} color={ink} label={name} />
            </label>
          );
        })}
      </fieldset>
    </>
  );
}
