/** The network as a safetensors file, and back. */
import { type Sequential, weightHash } from '../../../../src/index.js';
import { readSafetensors, writeSafetensors } from '../../../../src/io/index.js';
import { readSettings, readValue, type Settings, writeSettings } from '../state/settings.js';
import { networkOf } from '../worker/job.js';
import { weightsOf } from '../worker/weights.js';

/** A network that came from elsewhere. */
export interface NetworkFile {
  settings: Settings;
  /** All weights, one parameter after the other. */
  weights: Float32Array<ArrayBuffer>;
  hash: string;
  /** After how many batches it was saved; null when the file does not say so. */
  step: number | null;
}

/** A weight is no number, or an infinite one. */
export class NotFinite extends Error {}

/** The bytes of a file that PyTorch opens, too; its notes say which run it is of. */
export function writeNetwork(model: Sequential, settings: Settings, step: number): Uint8Array {
  return writeSafetensors(model.stateDict(), { settings: writeSettings(settings), step: String(step) });
}

/**
 * Reads what `writeNetwork` wrote, or any file with the weights of such a network.
 * @param settings of the page, for what the file does not say
 * @throws FormatError for bytes that are no such file; ArgumentError or ShapeError for weights of another network;
 *   NotFinite
 */
export function readNetwork(bytes: Uint8Array, settings: Settings): NetworkFile {
  const { tensors, metadata } = readSafetensors(bytes);
  const said = metadata.settings === undefined ? settings : readSettings(metadata.settings).settings;
  const found = { ...said, ...makeOf(tensors['conv1.weight']?.shape) };
  const model = networkOf(found);
  model.loadStateDict(tensors);
  const weights = weightsOf(model);
  const wrong = weights.findIndex((weight) => !Number.isFinite(weight));
  if (wrong >= 0) throw new NotFinite(`expected finite weights, got ${weights[wrong]} at ${wrong}`);
  const step = Number(metadata.step ?? Number.NaN);
  return {
    settings: found,
    weights,
    hash: weightHash(model),
    step: Number.isSafeInteger(step) && step >= 0 ? step : null,
  };
}

/** Number and size of the filters, where the page can have such; else what loading says of the shapes is right. */
function makeOf(shape: readonly number[] = []): Partial<Settings> {
  const [filters, channels, height, width] = shape;
  const size = readValue('kernelSize', String(height));
  const count = readValue('filters', String(filters));
  if (shape.length !== 4 || channels !== 1 || height !== width || size === null || count === null) return {};
  return { kernelSize: size as number, filters: count as number };
}
