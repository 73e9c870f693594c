import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { conv2d, noGrad, type Tensor, tensor } from '../../../../src/index.js';
import { ink } from '../../../../src/inspect/index.js';
import { oneOfEach } from '../draw/examples.js';
import { Framed } from '../pictures/framed.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { Term } from '../term.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import type { HeldOut } from '../worker/held-out.js';
import type { Inquiry } from './inquiry.js';
import type { Seen } from './messages.js';

interface Inspected {
  shown: Snapshot;
  filter: number;
  inquiry: Inquiry;
  heldOut: HeldOut;
  /** Whether anybody can see it: the worker is asked for what is looked at. */
  inSight: boolean;
}

/** Shortest time between two questions while the network learns, in ms: the training needs the machine. */
const BETWEEN_QUESTIONS = 1500;

/** What a filter answers to: the digit on the draw pad, the held-out digits, and whatever excites it most. */
export function Excited({ shown, filter, inquiry, heldOut, inSight }: Inspected) {
  const { inspector: texts } = useTexts();
  const known = useSeen(shown, filter, inquiry, inSight);
  const seen = known?.seen;
  const size = shown.shape[2];
  return (
    <section class="excited" aria-label={texts.exciting}>
      <FeatureMap {...{ shown, filter, heldOut }} />
      <div class="liked" title={texts.maximizedTip}>
        <h3>
          <Term word={texts.maximized} meaning={texts.maximizedTip} />
        </h3>
        {seen?.maximized ? (
          <Pixels values={seen.maximized} width={size} height={size} color={ink} label={texts.maximized} />
        ) : seen ? (
          <p class="note">{texts.unmoved}</p>
        ) : (
          <Unmeasured />
        )}
      </div>
      <div class="exciting">
        <h3>{texts.exciting}</h3>
        {known && known.step !== shown.step && <p class="note">{texts.behind(known.step)}</p>}
        <ul>
          {seen?.exciting.map(({ index, label, value, top, left }, i) => {
            const tip = texts.excitingTip(label, value.toFixed(2));
            return (
              <li key={i} title={tip}>
                <Framed values={heldOut.input(index)} label={tip} top={top} left={left} size={size} />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

/** The digit on the draw pad, or the first example, and the filter's map of it. */
function FeatureMap({ shown, filter, heldOut }: Pick<Inspected, 'shown' | 'filter' | 'heldOut'>) {
  const { parts } = useStore();
  const { inspector: texts } = useTexts();
  const pixels = parts.image.value?.pixels ?? heldOut.input(oneOfEach(heldOut)[0] ?? 0);
  const maps = useMemo(() => mapsOf(shown, pixels), [shown, pixels]);
  const [, , height, width] = maps.shape;
  const map = maps.data.subarray(filter * height * width, (filter + 1) * height * width);
  return (
    <div class="mapped">
      <h3>
        <Term word={texts.map} meaning={texts.mapTip} />
      </h3>
      <div title={texts.mapTip}>
        <Pixels values={pixels} width={28} height={28} color={ink} label={texts.digit} />
        <span aria-hidden="true">→</span>
        <Pixels values={map} {...{ width, height }} scale={roundScale(maps.data)} label={texts.mapTip} />
      </div>
    </div>
  );
}

/** What all filters of conv1 give for an image, [1, filters, h, w], before ReLU. */
function mapsOf({ weights, shape }: Snapshot, pixels: Float32Array): Tensor {
  const filters = weights.subarray(
    0,
    shape.reduce((product, size) => product * size),
  );
  return noGrad(() => conv2d(tensor(pixels, { shape: [1, 1, 28, 28] }), tensor(filters, { shape })));
}

interface Known {
  filter: number;
  inquiry: Inquiry;
  /** Of the network after so many batches, with these weights. */
  step: number;
  weights: Float32Array;
  seen: Seen;
}

/**
 * What the worker says of a filter; null until it has. While the network learns, it may be of a state shortly before,
 * as its step says.
 */
function useSeen(shown: Snapshot, filter: number, inquiry: Inquiry, inSight: boolean): Known | null {
  const { training, parts } = useStore();
  const failed = parts.uninspected.value !== null;
  const [known, setKnown] = useState<Known | null>(null);
  const state = useRef({ asked: 0, busy: false, filter });
  const { step, weights } = shown;
  const fits = known?.filter === filter && known.inquiry === inquiry;
  const exact = fits && known.weights === weights;
  useEffect(() => {
    if (failed || !inSight || exact) return;
    const own = state.current;
    const wait = own.filter === filter ? own.asked + BETWEEN_QUESTIONS - performance.now() : 0;
    own.filter = filter;
    let timer = setTimeout(ask, Math.max(0, wait));
    async function ask() {
      if (own.busy) {
        timer = setTimeout(ask, 100);
        return;
      }
      own.busy = true;
      own.asked = performance.now();
      const seen = await inquiry.look(weights, filter);
      own.busy = false;
      if (seen) setKnown({ filter, inquiry, step, weights, seen });
    }
    return () => clearTimeout(timer);
  }, [weights, filter, inquiry, inSight, failed]);
  return exact || (fits && training.isLearning.value) ? known : null;
}
