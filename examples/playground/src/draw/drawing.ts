import { useEffect, useMemo, useState } from 'preact/hooks';
import { Dataset } from '../../../../src/index.js';
import { useStore } from '../state/store.js';
import type { HeldOut } from '../worker/held-out.js';
import { imagesFor } from '../worker/job.js';
import { centered, type Stroke } from './centered.js';
import { oneOfEach } from './examples.js';

const NOTHING: readonly Stroke[] = [];

/** A held-out digit to choose. */
interface Example {
  pixels: Float32Array;
  label: number;
}

/** What is on the drawing board, and what the network gets of it. */
export interface DrawingState {
  strokes: readonly Stroke[];
  /** Drawn or chosen; a held-out digit while there is neither; null while there are none. */
  image: { pixels: Float32Array; label: number | null } | null;
  /** Whether nobody drew or chose the image. */
  held: boolean;
  examples: readonly Example[];
  draw(strokes: readonly Stroke[]): void;
  choose(example: Example): void;
  clear(): void;
}

export function useDrawing(): DrawingState {
  const { training, parts, settings } = useStore();
  const [strokes, setStrokes] = useState(NOTHING);
  const heldOut = training.heldOut.value;
  const examples = useMemo(() => (heldOut ? examplesOf(heldOut) : []), [heldOut]);
  const { condition, seed } = settings.value;
  const control = condition === 'permuted' || condition === 'scrambled' ? `${condition} ${seed}` : '';
  const seen = useMemo(() => imagesFor(settings.value), [control]);
  const draw = (next: readonly Stroke[]) => {
    setStrokes(next);
    const { inputs } = seen(new Dataset(centered(next), [1, 28, 28], [0], 10));
    parts.image.value = { pixels: inputs, label: null };
  };
  const forget = () => {
    setStrokes(NOTHING);
    parts.image.value = null;
  };
  // Other digits than before: what was drawn is seen as they are, and an example is none of them any more.
  useEffect(() => {
    if (strokes.length > 0) draw(strokes);
    else parts.image.value = null;
  }, [seen]);
  return {
    strokes,
    image: parts.image.value ?? examples.find(({ label }) => label === SHOWN) ?? examples[0] ?? null,
    held: parts.image.value === null,
    examples,
    draw,
    clear: forget,
    choose(example) {
      setStrokes(NOTHING);
      parts.image.value = example;
    },
  };
}

/** The digit that is shown while nothing is drawn: it has strokes in all directions. */
const SHOWN = 3;

function examplesOf(heldOut: HeldOut): Example[] {
  return oneOfEach(heldOut).map((index) => ({ pixels: heldOut.input(index), label: heldOut.labels[index] }));
}
