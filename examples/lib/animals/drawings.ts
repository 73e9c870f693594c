/** The drawings of example 08, with pixels from -0.5 to 0.5, and the questions that are asked about them. */
import {
  type AnimalFace,
  type AnimalFaces,
  type AnimalFacesOptions,
  animalFaces,
} from '../../../datasets/animal-faces.js';
import { Dataset, Generator } from '../../../src/index.js';
import type { PartImages } from '../../../src/inspect/index.js';

export const PARTS = ['eye', 'nose', 'ear'] as const;
export type Part = (typeof PARTS)[number];

/** `animalFaces`, around 0: the network learns faster from such numbers. */
export function draw(options: AnimalFacesOptions): AnimalFaces {
  const drawn = animalFaces(options);
  const { inputs } = drawn.data;
  for (let i = 0; i < inputs.length; i++) inputs[i] -= 0.5;
  return drawn;
}

/** Drawings for which it is known where each part is, and the same without each. */
export function drawWithParts(count: number, seed: string): AnimalFaces & { given: PartImages<Part> } {
  const whole = draw({ count, seed });
  const { decoy, ...masks } = whole.masks;
  const without = (part: Part) => draw({ count, seed, without: part }).data;
  const given = {
    images: whole.data,
    masks,
    without: { eye: without('eye'), nose: without('nose'), ear: without('ear') },
    distractors: decoy,
  };
  return { ...whole, given };
}

/** The same in other arrangements, too. */
export function drawWithTruth(count: number, seed: string): AnimalFaces & { given: PartImages<Part> } {
  const whole = drawWithParts(count, seed);
  const arranged = (arrangement: 'turnedOver' | 'scattered') => {
    const drawn = draw({ count, seed, arrangement });
    return { images: drawn.data, masks: drawn.masks };
  };
  const variants = { turnedOver: arranged('turnedOver'), scattered: arranged('scattered') };
  return { ...whole, given: { ...whole.given, variants } };
}

const KINDS = {
  eye: ({ eyes }: AnimalFace) => eyes,
  nose: ({ nose }: AnimalFace) => nose,
  ear: ({ ears }: AnimalFace) => ears,
} as const;

/** Which kind of a part a face has: 'slit', 'button', 'floppy' and so on. */
export function kindOf(part: Part, face: AnimalFace): string {
  return KINDS[part](face);
}

/** The first of the same drawings, with the kind of one part as their label in place of the animal. */
export function askedFor(part: Part, { data, truth }: AnimalFaces, count: number): Dataset {
  const some = data.take(count);
  const kinds = truth.slice(0, count).map((face) => kindOf(part, face));
  const names = [...new Set(kinds)].sort();
  const labels = kinds.map((kind) => names.indexOf(kind));
  return new Dataset(some.inputs, some.inputShape, labels, names);
}

/** The first of the same drawings, with their labels in random order. */
export function shuffled({ data }: AnimalFaces, count: number, seed: string): Dataset {
  const some = data.take(count);
  const labels = new Generator(seed).shuffle(Array.from(some.labels));
  return new Dataset(some.inputs, some.inputShape, labels, some.classNames);
}
