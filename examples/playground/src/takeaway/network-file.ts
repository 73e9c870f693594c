/** The network as a safetensors file, and back. */
import { full, noGrad, type Sequential, weightHash } from '../../../../src/index.js';
import { readSafetensors, writeSafetensors } from '../../../../src/io/index.js';
import { UNKNOWN } from '../state/measuring.js';
import { FIELDS, readSettings, readValue, type Settings, writeSettings } from '../state/settings.js';
import { networkOf } from '../worker/job.js';
import { loadWeights, weightsOf } from '../worker/weights.js';

/** A network that came from elsewhere. */
export interface NetworkFile {
  settings: Settings;
  /** All weights, one parameter after the other. */
  weights: Float32Array<ArrayBuffer>;
  hash: string;
  /** After how many batches it was saved; UNKNOWN when the file does not say so, or not of which settings. */
  step: number;
}

/** How much of a setting that cannot be is told, in characters. */
const LONGEST = 40;

/** Answers larger than this overflow in what is computed with them. */
const LARGEST = 1e15;

/** How a number of batches is written. */
const WHOLE = /^\d{1,15}$/;

/** A weight is no number, or an infinite one, or the answers would be. */
export class NotFinite extends Error {}

/** A file says of its network's settings what cannot be. */
export class WrongSettings extends Error {
  /** @param refused what cannot be, such as 'lr=2' */
  constructor(readonly refused: readonly string[]) {
    super(`expected settings that the page can have, got ${refused.join(', ')}`);
  }
}

/** The bytes of a file that PyTorch opens, too; its notes say which run it is of. */
export function writeNetwork(model: Sequential, settings: Settings, step: number): Uint8Array {
  const known: Record<string, string> =
    step === UNKNOWN ? {} : { settings: writeSettings(settings), step: String(step) };
  return writeSafetensors(model.stateDict(), known);
}

/**
 * Reads what `writeNetwork` wrote, or any file with the weights of such a network.
 * @param settings of the page, for what the file does not say
 * @throws FormatError for bytes that are no such file; ArgumentError or ShapeError for weights of another network;
 *   NotFinite; WrongSettings
 */
export function readNetwork(bytes: Uint8Array, settings: Settings): NetworkFile {
  const { tensors, metadata } = readSafetensors(bytes);
  const said = metadata.settings === undefined ? settings : settingsIn(metadata.settings);
  const found = { ...said, ...makeOf(tensors['conv1.weight']?.shape) };
  const model = networkOf(found);
  model.loadStateDict(tensors);
  const weights = weightsOf(model);
  const wrong = weights.findIndex((weight) => !Number.isFinite(weight));
  if (wrong >= 0) throw new NotFinite(`expected finite weights, got ${weights[wrong]} at ${wrong}`);
  if (!(largestAnswer(weights, found) < LARGEST)) throw new NotFinite('expected weights whose answers are finite');
  return {
    settings: found,
    weights,
    hash: weightHash(model),
    step: metadata.settings === undefined || !WHOLE.test(metadata.step ?? '') ? UNKNOWN : Number(metadata.step),
  };
}

/** No digit brings an answer above this: all pixels are ink, and nothing is taken away. */
function largestAnswer(weights: Float32Array, settings: Settings): number {
  const model = networkOf(settings);
  loadWeights(model, weights.map(Math.abs));
  return Math.max(...noGrad(() => model.forward(full([1, 1, 28, 28], 1))).data);
}

function settingsIn(query: string): Settings {
  const { settings, refused } = readSettings(query);
  const known = Object.values(FIELDS).map(({ key }) => key);
  const wrong = [...new URLSearchParams(query)].filter(([key]) => refused.includes(key) || !known.includes(key));
  if (wrong.length > 0) throw new WrongSettings(wrong.map((each) => each.join('=').slice(0, LONGEST)));
  return settings;
}

/** Number and size of the filters, where the page can have such; else what loading says of the shapes is right. */
function makeOf(shape: readonly number[] = []): Partial<Settings> {
  const [filters, channels, height, width] = shape;
  const size = readValue('kernelSize', String(height));
  const count = readValue('filters', String(filters));
  if (shape.length !== 4 || channels !== 1 || height !== width || size === null || count === null) return {};
  return { kernelSize: size as number, filters: count as number };
}
