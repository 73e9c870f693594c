/** One training of the card and what is measured of it, as example 08 does: run by the worker, and by Node to compare. */
import type { AnimalFaces } from '../../../../datasets/animal-faces.js';
import { type Callback, type Dataset, evaluate, type Sequential } from '../../../../src/index.js';
import {
  aboveThresholds,
  type PartDetector,
  type PartImages,
  patchOf,
  receptiveField,
} from '../../../../src/inspect/index.js';
import { detect, withHalf } from '../../../lib/animals/analysis.js';
import { askedFor, draw, drawWithParts, PARTS, type Part } from '../../../lib/animals/drawings.js';
import { network, train } from '../../../lib/animals/network.js';
import { drawingsOf } from './drawings.js';
import type { Drawings, FilterFound, Measured } from './messages.js';
import { HELD_OUT, type Question, type Sizes, THRESHOLDS, TOP } from './sizes.js';

type HeldOut = AnimalFaces & { given: PartImages<Part> };

/** How many of the pieces that excite a filter most are shown. */
const SHOWN = 8;

/** The drawings that all networks are measured on. */
export function heldOutDrawings(): HeldOut {
  return drawWithParts(HELD_OUT, 'held-out');
}

/** Those of them that filters are scored on, as the page shows them. */
export function scoredDrawings(heldOut: HeldOut): Drawings {
  const scored = heldOut.truth.map((_, i) => i).filter((i) => i % 2 === 1);
  return drawingsOf(heldOut, scored, -0.5);
}

/** The network before training. */
export function networkFor(question: Question, seed: number): Sequential {
  return question === 'animal' ? network(12, `${seed}`) : network(2, `${seed} nose`);
}

/** The drawings to learn from, the same for both questions. */
export function learnedFor(question: Question, seed: number, { learned }: Sizes): Dataset {
  const drawings = draw({ count: learned, seed: `${seed} learned` });
  return question === 'animal' ? drawings.data : askedFor('nose', drawings, learned);
}

export function trainFor(
  question: Question,
  seed: number,
  model: Sequential,
  data: Dataset,
  { epochs }: Sizes,
  callbacks: Callback[] = [],
): Promise<void> {
  return train(model, data, { epochs, seed: question === 'animal' ? `${seed}` : `${seed} nose`, callbacks });
}

/** How well the network does, and what its filters of layer 3 answer to. */
export function measure(question: Question, model: Sequential, step: number, heldOut: HeldOut): Measured {
  const data = question === 'animal' ? heldOut.data : askedFor('nose', heldOut, HELD_OUT);
  const { filters } = detect(model, 'conv3', heldOut.given, TOP);
  const above = aboveThresholds(filters, withHalf(THRESHOLDS));
  const field = receptiveField(model, 'conv3', data.inputShape);
  const found = (filter: PartDetector<Part>): FilterFound => {
    const { part, scores, top } = filter;
    const { onPart, fall, others } = scores[part ?? 'eye'];
    return {
      counted: PARTS.find((name) => above[name].includes(filter)) ?? null,
      ...{ part, onPart, fall, others },
      top: top
        .filter(({ value }) => value > 0)
        .slice(0, SHOWN)
        .map(({ image, row, column, onPart: isOn }) => {
          const { top: y, left: x } = patchOf(field, row, column, data.inputShape);
          return { drawing: (image - 1) / 2, top: y, left: x, onPart: isOn };
        }),
    };
  };
  return { step, accuracy: evaluate(model, data).accuracy, filters: filters.map(found) };
}
