import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { type Dataset, tensor } from '../../../../src/index.js';
import { featureMaps, ink } from '../../../../src/inspect/index.js';
import { oneOfEach } from '../draw/examples.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import type { Inquiry } from './inquiry.js';
import type { Seen } from './messages.js';

interface Inspected {
  shown: Snapshot;
  filter: number;
  inquiry: Inquiry;
  heldOut: Dataset;
}

/** Shortest time between two questions while the network learns, in ms: the training needs the machine. */
const BETWEEN_QUESTIONS = 1500;

/** What a filter answers to: the digit on the draw pad, the held-out digits, and whatever excites it most. */
export function Excited({ shown, filter, inquiry, heldOut }: Inspected) {
  const { inspector: texts } = useTexts();
  const seen = useSeen(shown, filter, inquiry);
  const size = shown.shape[2];
  return (
    <section class="excited" aria-label={texts.exciting}>
      <FeatureMap {...{ shown, filter, heldOut }} />
      <div class="liked" title={texts.maximizedTip}>
        <h3>{texts.maximized}</h3>
        {seen?.maximized ? (
          <Pixels values={seen.maximized} width={size} height={size} color={ink} label={texts.maximized} />
        ) : (
          <p class="note">{seen ? texts.unmoved : texts.loading}</p>
        )}
      </div>
      <div class="exciting">
        <h3>{texts.exciting}</h3>
        <ul>
          {seen?.exciting.map(({ index, label, value, top, left }) => {
            const tip = texts.excitingTip(label, value.toFixed(2));
            return (
              <li key={index} title={tip}>
                <Pixels values={heldOut.input(index)} width={28} height={28} color={ink} label={tip} />
                <i
                  style={{
                    top: `${(100 * top) / 28}%`,
                    left: `${(100 * left) / 28}%`,
                    width: `${(100 * size) / 28}%`,
                    height: `${(100 * size) / 28}%`,
                  }}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

/** The digit on the draw pad, or the first example, and the filter's map of it. */
function FeatureMap({ shown, filter, heldOut }: Omit<Inspected, 'inquiry'>) {
  const { replica, parts } = useStore();
  const { inspector: texts } = useTexts();
  const pixels = parts.image.value?.pixels ?? heldOut.input(oneOfEach(heldOut)[0] ?? 0);
  const maps = useMemo(() => {
    const network = replica.peek();
    // The maps follow `shown`, which `replica` is of.
    return network && shown && featureMaps(network.model, tensor(pixels, { shape: [1, 28, 28] }), 'conv1');
  }, [replica, shown, pixels]);
  if (!maps) return null;
  const [, height, width] = maps.shape;
  const map = maps.values.subarray(filter * height * width, (filter + 1) * height * width);
  return (
    <div class="mapped">
      <h3>{texts.map}</h3>
      <div title={texts.mapTip}>
        <Pixels values={pixels} width={28} height={28} color={ink} label={texts.digit} />
        <span aria-hidden="true">→</span>
        <Pixels values={map} {...{ width, height }} scale={roundScale(maps.values)} label={texts.mapTip} />
      </div>
    </div>
  );
}

/** What the worker says of a filter; null until it has. */
function useSeen(shown: Snapshot, filter: number, inquiry: Inquiry): Seen | null {
  const [known, setKnown] = useState<{ filter: number; inquiry: Inquiry; seen: Seen } | null>(null);
  const state = useRef({ asked: 0, busy: false, filter });
  const { weights } = shown;
  useEffect(() => {
    const own = state.current;
    const wait = own.filter === filter ? own.asked + BETWEEN_QUESTIONS - performance.now() : 0;
    own.filter = filter;
    let timer = setTimeout(ask, Math.max(0, wait));
    function ask() {
      if (own.busy) {
        timer = setTimeout(ask, 100);
        return;
      }
      own.busy = true;
      own.asked = performance.now();
      inquiry
        .look(weights, filter)
        .then((seen) => setKnown({ filter, inquiry, seen }))
        .catch(() => undefined) // Weights that are no numbers any more: there is nothing to be seen.
        .finally(() => {
          own.busy = false;
        });
    }
    return () => clearTimeout(timer);
  }, [weights, filter, inquiry]);
  useEffect(() => {
    state.current.busy = false; // The worker before has ended without an answer.
  }, [inquiry]);
  return known?.filter === filter && known.inquiry === inquiry ? known.seen : null;
}
