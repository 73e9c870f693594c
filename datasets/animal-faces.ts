import { Dataset } from '../src/data/dataset.js';
import { checkChoice, checkNumber, readOptions } from '../src/errors.js';
import { Generator } from '../src/random.js';
import { cosSin } from '../src/transforms/angle.js';
import { Canvas, SIZE } from './animals/canvas.js';
import { EARS, EYES, imagine, NOSES } from './animals/face.js';
import { type FaceArrangement, type FacePart, paintFace } from './animals/paint.js';
import { LABELS } from './animals/parts.js';

export type { FaceArrangement, FacePart };

/** What an image of `animalFaces` shows. */
export interface AnimalFace {
  /** 'fox', 'cat' and so on: one for each combination of the three parts. */
  animal: string;
  ears: 'pointed' | 'floppy' | 'round';
  nose: 'button' | 'snout';
  eyes: 'round' | 'slit';
}

/** Options of `animalFaces`. */
export interface AnimalFacesOptions {
  /** How many drawings. @default 1000 */
  count?: number;
  /** The same seed gives the same faces, and face i is the same whatever `count` is. @default 0 */
  seed?: number | string;
  /** What the labels tell: the animal, or the kind of one part alone. @default 'animal' */
  ask?: 'animal' | FacePart;
  /** Leaves a part out, and draws what is behind it; all else is as it is with it. @default none */
  without?: FacePart;
  /**
   * 'turnedOver': eyes and nose change places. 'scattered': the head is left out, and each part lies anywhere. Nothing else is
   * drawn anew. @default 'face'
   */
  arrangement?: FaceArrangement;
}

/** Drawn faces, what they show, and where: see `animalFaces`. */
export interface AnimalFaces {
  /** Inputs of shape [1, 64, 64], 0 black and 1 white, and the labels that are asked for, with their names. */
  data: Dataset;
  /** What each image shows, in the order of the images. */
  truth: readonly AnimalFace[];
  /**
   * Where each part can be seen, [count, 64, 64] of 0 and 1: what something else hides is 0. 'decoy' is what has the shades of
   * a part, and is none.
   */
  readonly masks: Record<FacePart | 'decoy', Uint8Array>;
}

const NAMES = ['fox', 'cat', 'pig', 'boar', 'dog', 'goat', 'cow', 'hog', 'bear', 'panther', 'mouse', 'hippo'];
const KINDS = EARS.flatMap((ears) => NOSES.flatMap((nose) => EYES.map((eyes) => ({ ears, nose, eyes }))));
const ANIMALS: readonly AnimalFace[] = KINDS.map((kind, i) => ({ animal: NAMES[i], ...kind }));

/** What the labels of each question are called, and how an animal is labeled. */
const QUESTIONS = {
  animal: { names: NAMES, label: ({ animal }: AnimalFace) => NAMES.indexOf(animal) },
  ear: { names: [...EARS], label: ({ ears }: AnimalFace) => EARS.indexOf(ears) },
  nose: { names: [...NOSES], label: ({ nose }: AnimalFace) => NOSES.indexOf(nose) },
  eye: { names: [...EYES], label: ({ eyes }: AnimalFace) => EYES.indexOf(eyes) },
};

/**
 * Drawn faces of twelve animals in gray, 64x64 pixels, of which everything is known: what a network that names them has to
 * find are their ears (of three kinds), noses and eyes (of two kinds each). Each combination is one animal, so that no part
 * alone decides; and each is drawn as often, in any order. Faces differ in place, size, turn, shades and light; there are
 * clutter behind them, things before them, noise, and decoys in the shades of eyes and noses, on the face too.
 *
 *     const { data, masks } = animalFaces({ count: 100, seed: 1 });
 *     const blind = animalFaces({ count: 100, seed: 1, without: 'eye' }); // The same faces.
 *
 * @returns images with labels, and what is where in them
 * @throws ArgumentError for options out of range
 */
export function animalFaces(options: AnimalFacesOptions = {}): AnimalFaces {
  const where = 'animalFaces';
  const given = readOptions(where, options, {
    count: 1000,
    seed: 0,
    ask: 'animal',
    without: undefined,
    arrangement: 'face',
  });
  const count = checkNumber(where, 'count', given.count, { least: 0, whole: true });
  const { names, label } = QUESTIONS[checkChoice(where, 'ask', given.ask, ['animal', 'eye', 'nose', 'ear'])];
  const { without = null, seed } = given;
  if (without !== null) checkChoice(where, 'without', without, ['eye', 'nose', 'ear']);
  const arrangement = checkChoice(where, 'arrangement', given.arrangement, ['face', 'turnedOver', 'scattered']);

  const inputs = new Float32Array(count * SIZE * SIZE);
  const shown = new Uint8Array(count * SIZE * SIZE);
  const order = new Generator(seed);
  const truth: AnimalFace[] = [];
  // Shuffled by the dozen, so that each part of a dataset has nearly as many of each.
  while (truth.length < count) truth.push(...order.shuffle([...ANIMALS]).slice(0, count - truth.length));
  for (const [i, animal] of truth.entries()) {
    const generator = new Generator(`${seed} face ${i}`);
    const face = imagine(animal, generator);
    const canvas = new Canvas();
    paintFace(canvas, face, { without, arrangement });
    const from = i * SIZE * SIZE;
    expose(canvas, generator, inputs.subarray(from, from + SIZE * SIZE));
    shown.set(canvas.labels, from);
  }
  const data = new Dataset(inputs, [1, SIZE, SIZE], truth.map(label), names);
  let masks: AnimalFaces['masks'] | null = null;
  return {
    data,
    truth,
    // Four more arrays, made when somebody looks at them: who only trains needs none.
    get masks() {
      const of = (part: keyof AnimalFaces['masks']) => shown.map((label) => (label === LABELS[part] ? 1 : 0));
      masks ??= { eye: of('eye'), nose: of('nose'), ear: of('ear'), decoy: of('decoy') };
      return masks;
    },
  };
}

/** Numbers of mean 0 and variance 1 that the noise is picked from: a normal number for each pixel would take longer than to draw. */
let normal: Float64Array | null = null;
const NORMALS = 4096;
function normalNumbers(): Float64Array {
  if (normal) return normal;
  const generator = new Generator('noise');
  const drawn = Float64Array.from({ length: NORMALS }, () => generator.normal());
  const mean = drawn.reduce((sum, value) => sum + value, 0) / NORMALS;
  const deviation = Math.sqrt(drawn.reduce((sum, value) => sum + (value - mean) * (value - mean), 0) / NORMALS);
  normal = drawn.map((value) => (value - mean) / deviation);
  return normal;
}

/** Light from one side, contrast, brightness and noise. */
function expose({ pixels }: Canvas, generator: Generator, image: Float32Array): void {
  const light = cosSin(generator.uniform(0, 360));
  const strength = generator.uniform(0, 0.35);
  const contrast = generator.uniform(0.65, 1);
  const brightness = generator.uniform(-0.1, 0.1);
  const deviation = generator.uniform(0.01, 0.05);
  const normals = normalNumbers();
  const half = (SIZE - 1) / 2;
  const [right, below] = [(strength * light.cos) / half, (strength * light.sin) / half];
  let state = generator.integer(2 ** 32 - 1) + 1; // Xorshift (Marsaglia 2003) never leaves 0.
  for (let at = 0; at < image.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const lit = pixels[at] * (1 + right * ((at % SIZE) - half) + below * (Math.floor(at / SIZE) - half));
    const value = 0.5 + contrast * (lit - 0.5) + brightness + deviation * normals[state >>> 20];
    image[at] = Math.min(1, Math.max(0, value));
  }
}
