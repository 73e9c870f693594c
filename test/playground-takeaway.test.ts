import { expect, test } from 'vitest';
import { UNKNOWN } from '../examples/playground/src/state/measuring.js';
import { DEFAULTS, type Settings } from '../examples/playground/src/state/settings.js';
import {
  NotFinite,
  readNetwork,
  WrongSettings,
  writeNetwork,
} from '../examples/playground/src/takeaway/network-file.js';
import { networkOf } from '../examples/playground/src/worker/job.js';
import { weightsOf } from '../examples/playground/src/worker/weights.js';
import { full, weightHash, zeros } from '../src/index.js';
import { readSafetensors, writeSafetensors } from '../src/io/index.js';

const SMALL = { ...DEFAULTS, epochs: 1, filters: 2, kernelSize: 3, batchSize: 250, seed: 3 };

test('a network that was saved is read back with its settings, its step and every bit', () => {
  const settings: Settings = { ...SMALL, seed: 9, condition: 'permuted' };
  const model = networkOf(settings);
  const read = readNetwork(writeNetwork(model, settings, 123), DEFAULTS);
  expect(read).toEqual({ settings, weights: weightsOf(model), hash: weightHash(model), step: 123 });
});

test('a file without notes has the page’s settings, and as many filters as it has', () => {
  const model = networkOf(SMALL);
  const read = readNetwork(writeSafetensors(model.stateDict()), DEFAULTS);
  expect(read.settings).toEqual({ ...DEFAULTS, filters: 2, kernelSize: 3 });
  expect(read.step).toBe(UNKNOWN);
  expect(readSafetensors(writeNetwork(model, SMALL, UNKNOWN)).metadata).toEqual({});
  expect(read.weights).toEqual(weightsOf(model));
});

test.each([
  ['?epochs=1', '0', 0],
  ['?epochs=1', '141', 141],
  ['?epochs=1', '-7', UNKNOWN],
  ['?epochs=1', '0x10', UNKNOWN],
  ['?epochs=1', '1e3', UNKNOWN],
  ['?epochs=1', '', UNKNOWN],
  ['?epochs=1', undefined, UNKNOWN],
  [undefined, '141', UNKNOWN], // Of another training it would be another state.
])('of settings %s and step %s it is after %d batches', (settings, step, after) => {
  const notes = { ...(settings !== undefined && { settings }), ...(step !== undefined && { step }) };
  const bytes = writeSafetensors(networkOf(DEFAULTS).stateDict(), notes as Record<string, string>);
  expect(readNetwork(bytes, DEFAULTS).step).toBe(after);
});

test.each([
  [100, true],
  [1e30, false], // Each a number; but what they give is none.
])('weights of %d can be shown: %s', (size, shown) => {
  const state = networkOf(DEFAULTS).stateDict();
  for (const [name, { shape }] of Object.entries(state)) state[name] = full(shape, size);
  const read = () => readNetwork(writeSafetensors(state), DEFAULTS);
  if (shown) expect(read().weights).toContain(size);
  else expect(read).toThrow(NotFinite);
});

test('files that do not fit are refused, and it is said what is wrong', () => {
  const read = (bytes: Uint8Array) => () => readNetwork(bytes, DEFAULTS);
  const whole = writeNetwork(networkOf(DEFAULTS), DEFAULTS, 1);
  expect(read(whole.subarray(0, 2000))).toThrow('the header describes');
  expect(read(new TextEncoder().encode('no such file'))).toThrow('the header says that it has');
  expect(read(writeSafetensors({ weight: zeros([3]) }))).toThrow('missing keys');
  const state = networkOf(DEFAULTS).stateDict();
  expect(read(writeSafetensors({ ...state, 'conv1.weight': zeros([12, 1, 4, 4]) }))).toThrow('conv1.weight');
  expect(read(writeSafetensors({ ...state, 'conv1.weight': zeros([40, 1, 5, 5]) }))).toThrow('conv1.weight');
  const spoilt = state['dense.bias'].data.slice().fill(Number.NaN);
  const bias = zeros([10]);
  bias.storage.array.set(spoilt);
  expect(read(writeSafetensors({ ...state, 'dense.bias': bias }))).toThrow('expected finite weights, got NaN');
});

test('a file whose settings cannot be is refused, and it is said which: nothing falls back to the defaults', () => {
  const state = networkOf(DEFAULTS).stateDict();
  const read = (settings: string) => () => readNetwork(writeSafetensors(state, { settings }), DEFAULTS);
  expect(read('?lr=0.1&seed=4')().settings).toEqual({ ...DEFAULTS, lr: 0.1, seed: 4 });
  expect(read('')().settings).toEqual(DEFAULTS);
  expect(read('?lr=2&seed=4&condition=none')).toThrow(new WrongSettings(['lr=2', 'condition=none']));
  expect(read('{"lr":0.1}')).toThrow(WrongSettings);
  expect(read('?rate=0.1')).toThrow('rate=0.1');
});
