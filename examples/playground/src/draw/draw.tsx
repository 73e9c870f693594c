import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Dataset } from '../../../../src/index.js';
import { ink } from '../../../../src/inspect/index.js';
import { permutePixels } from '../../../lib/controls.js';
import { useCalm, useInSight } from '../calm.js';
import { Card } from '../card.js';
import { Pixels } from '../pictures/pixels.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import { centered, type Stroke } from './centered.js';
import { oneOfEach } from './examples.js';
import { lookAt } from './look.js';
import { Maps } from './maps.js';
import { Pad } from './pad.js';
import { Probabilities } from './probabilities.js';

const NOTHING: readonly Stroke[] = [];

/** Draw a digit, and see what every layer of the network makes of it. */
export function DrawCard() {
  const { training, replica, parts, settings } = useStore();
  const { draw: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const [strokes, setStrokes] = useState(NOTHING);
  const shown = useCalm(training.shown, useInSight(box));
  const image = parts.image.value;
  const { condition, seed } = settings.value;
  const permuted = condition === 'permuted';
  const draw = (next: readonly Stroke[]) => {
    setStrokes(next);
    const pixels = centered(next);
    parts.image.value = { pixels: permuted ? permutedAs(pixels, seed) : pixels, label: null };
  };
  const clear = () => {
    setStrokes(NOTHING);
    parts.image.value = null;
  };
  // Other digits than before: what was drawn is seen as they are, and an example is none of them any more.
  const order = permuted ? seed : null;
  useEffect(() => {
    if (strokes.length > 0) draw(strokes);
    else parts.image.value = null;
  }, [order]);
  // `shown` says when to look again; what is looked at is the newest network.
  const { look, step } = useMemo(() => {
    const network = shown && replica.peek();
    if (!network) return { look: null, step: null };
    return { look: image && lookAt(network.model, image.pixels), step: network.step };
  }, [image, shown]);
  const untrained = step === 0 || condition === 'untrained';
  return (
    <Card id="draw" title={texts.title} lede={texts.lede}>
      <div class="draw" ref={box}>
        <div class="draw-input">
          <Pad strokes={strokes} picture={image?.pixels ?? null} onDraw={draw} />
          <div class="draw-under">
            <button type="button" title={texts.clearTip} disabled={!image} onClick={clear}>
              {texts.clear}
            </button>
            {image && (
              <div class="draw-seen" title={texts.seenTip}>
                <span class="note">{texts.seen}</span>
                <Pixels values={image.pixels} width={28} height={28} color={ink} label={texts.seen} />
              </div>
            )}
          </div>
          <Examples
            chosen={image}
            onChoose={(pixels, label) => {
              setStrokes(NOTHING);
              parts.image.value = { pixels, label };
            }}
          />
        </div>
        <div class="draw-output">
          {untrained && <p class="notice">{texts.untrained}</p>}
          {permuted && <p class="note">{texts.permuted}</p>}
          <Probabilities empty={!image} probabilities={look?.probabilities ?? null} />
        </div>
        <div class="draw-maps">{look && <Maps look={look} />}</div>
      </div>
    </Card>
  );
}

/** A held-out digit of each kind, to be chosen by those who do not draw. */
function Examples({
  chosen,
  onChoose,
}: {
  chosen: { pixels: Float32Array } | null;
  onChoose(pixels: Float32Array, label: number): void;
}) {
  const heldOut = useStore().training.heldOut.value;
  const { draw: texts } = useTexts();
  const examples = useMemo(
    () =>
      heldOut
        ? oneOfEach(heldOut).map((index) => ({ pixels: heldOut.input(index), label: heldOut.labels[index] }))
        : [],
    [heldOut],
  );
  return (
    <fieldset class="draw-examples">
      <legend class="note">{texts.examples}</legend>
      {!heldOut && <Unmeasured />}
      {examples.map(({ pixels, label }) => (
        <label key={label} title={texts.example(label)}>
          <input
            type="radio"
            name="draw-example"
            aria-label={texts.example(label)}
            checked={chosen?.pixels === pixels}
            onChange={() => onChoose(pixels, label)}
          />
          <Pixels values={pixels} width={28} height={28} color={ink} label={texts.example(label)} />
        </label>
      ))}
    </fieldset>
  );
}

function permutedAs(pixels: Float32Array, seed: number): Float32Array {
  const [{ inputs }] = permutePixels([new Dataset(pixels, [1, 28, 28], [0], 10)], seed);
  return inputs;
}
