/**
 * Networks of other people in safetensors files: what example 04 reads.
 *
 * The file holds nothing but numbers with names. The names and shapes say what the network is: conv1, conv2 and so on, each
 * followed by ReLU and max pooling over 2x2, and a dense layer.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  Conv2D,
  ConvgradError,
  Dense,
  Flatten,
  FormatError,
  MaxPool2D,
  type Module,
  ReLU,
  Sequential,
  type StateDict,
} from '../../src/index.js';
import { readTimeline, type Timeline } from '../../src/inspect/index.js';
import { readSafetensors, type SafetensorsFile } from '../../src/io/index.js';
import { FileError } from '../../src/node/index.js';

/**
 * The network that a file holds, and the file's notes.
 * @throws FileError when it cannot be read; FormatError or ShapeError, with the file's name, when it does not fit
 */
export async function readNetwork(path: string): Promise<{ model: Sequential; metadata: Record<string, string> }> {
  const { tensors, metadata } = await read(path);
  try {
    const model = networkOf(tensors);
    model.loadStateDict(tensors);
    return { model, metadata };
  } catch (error) {
    throw error instanceof ConvgradError ? error.at(`'${path}' does not fit`) : error;
  }
}

/**
 * The timeline that example 03 saved beside the model; undefined when there is none.
 * @param filters conv1's, with which the timeline must end
 * @throws FormatError for one that is damaged, or of another model
 */
export async function timelineBeside(model: string, filters: ArrayLike<number>): Promise<Timeline | undefined> {
  const file = join(dirname(model), 'timeline.safetensors');
  if (!existsSync(file)) return undefined;
  const timeline = readTimeline((await read(file)).tensors);
  const last = timeline.snapshots.at(-1)?.weights ?? [];
  if (last.length === filters.length && last.every((value, i) => value === filters[i])) return timeline;
  throw new FormatError(`'${file}'`, 'expected a timeline that ends with the filters of the model, got one of others');
}

async function read(path: string): Promise<SafetensorsFile> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new FileError('readNetwork', `cannot read '${path}' (${error.message.split(',')[0]})`, path, error.code);
  });
  try {
    return readSafetensors(bytes);
  } catch (error) {
    throw error instanceof ConvgradError ? error.at(`'${path}' is no safetensors file`) : error;
  }
}

/** The network for these keys and shapes, on images of 28x28; its weights are still random. */
function networkOf(state: StateDict): Sequential {
  const wrong = (detail: string) => new FormatError('networkOf', detail);
  const layers: Record<string, Module> = {};
  let [channels, side] = [1, 28];
  let depth = 0;
  for (let name = 'conv1'; `${name}.weight` in state; name = `conv${depth + 1}`) {
    const { shape } = state[`${name}.weight`];
    const [count, inputs, size, width] = shape;
    if (shape.length !== 4 || inputs !== channels || size !== width || Math.min(count, size) < 1) {
      throw wrong(`expected ${name}.weight [filters, ${channels}, k, k], got [${shape.join(', ')}]`);
    }
    if (depth === 0 && (size < 3 || size > 11)) throw wrong(`expected conv1 of 3x3 to 11x11, got ${size}x${size}`);
    depth++;
    layers[name] = new Conv2D(channels, count, size, { bias: `${name}.bias` in state });
    layers[`pool${depth}`] = new MaxPool2D(2); // The same numbers as behind ReLU, which has a quarter of the work so.
    layers[`relu${depth}`] = new ReLU();
    [channels, side] = [count, Math.floor((side - size + 1) / 2)];
    if (side < 1) throw wrong(`after pooling, nothing of a digit of 28x28 is left behind ${name}`);
  }
  const expected = [...Array.from({ length: Math.max(1, depth) }, (_, i) => `conv${i + 1}`), 'dense'];
  const known = expected.flatMap((name) => [`${name}.weight`, `${name}.bias`]);
  const keys = Object.keys(state);
  if (depth === 0 || !('dense.weight' in state) || keys.some((key) => !known.includes(key))) {
    throw wrong(
      'expected the keys conv1.weight, conv2.weight and so on, dense.weight, and .bias of each if it has one, ' +
        `got ${keys.slice(0, 20).join(', ') || 'none'}`,
    );
  }
  const features = channels * side * side;
  const { shape } = state['dense.weight'];
  if (shape.length !== 2 || shape[0] !== 10 || shape[1] !== features) {
    throw wrong(
      `expected dense.weight [10, ${features}], which is what ReLU and pooling over 2x2 after each convolution ` +
        `without padding leave, got [${shape.join(', ')}]`,
    );
  }
  for (const key of keys) {
    const bad = state[key].data.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw wrong(`expected finite numbers in ${key}, got ${bad}`);
  }
  layers.flatten = new Flatten();
  layers.dense = new Dense(features, 10, { bias: 'dense.bias' in state });
  return new Sequential(layers);
}
