// Each faster version of a definition beside the definition, on the same numbers in the same memory, in turns:
// npm run bench:overrides [part of a name]
//
// A version that wins nothing is to be deleted, so this fails where one is slower, or has no row here. Below 2 it is
// marked, to be looked at again.
import { allocate, allocateIndices, installed } from '../src/autograd/backend.js';
import type { Storage } from '../src/autograd/storage.js';
import '../src/wasm/install.js';
import { accumulateKernels } from '../src/autograd/accumulate.js';
import { binaryKernels } from '../src/ops/arithmetic.js';
import { broadcastKernels } from '../src/ops/broadcast.js';
import { type ConvSizes, conv2dKernels } from '../src/ops/conv2d.js';
import { crossEntropyKernels } from '../src/ops/crossEntropy.js';
import { dropoutKernels } from '../src/ops/dropout.js';
import { unaryKernels } from '../src/ops/elementwise.js';
import { matmulKernels } from '../src/ops/matmul.js';
import { normalizeKernels } from '../src/ops/normalize.js';
import { avgPool2dKernels, maxPool2dKernels, type PoolSizes } from '../src/ops/pool2d.js';
import { sliceKernels } from '../src/ops/slice.js';
import { logSoftmaxKernels, softmaxKernels } from '../src/ops/softmax.js';
import { adadeltaKernels } from '../src/optim/adadelta.js';
import { adamKernels } from '../src/optim/adam.js';
import { rmspropKernels } from '../src/optim/rmsprop.js';
import { sgdKernels } from '../src/optim/sgd.js';
import { Generator } from '../src/random.js';
import { describeMachine, pin, saveResults } from './lib/machine.js';
import { median } from './lib/statistics.js';
import { table } from './lib/table.js';

pin('0');
const generator = new Generator('bench');

/** Positive numbers around 1, of which no function and no repetition makes anything extreme. */
function numbers(length: number): Storage {
  const storage = allocate('float32', length);
  const { array } = storage;
  for (let i = 0; i < length; i++) array[i] = generator.uniform(0.5, 1.5);
  storage.resident = true;
  return storage;
}

function labels(length: number, below: number) {
  const storage = allocateIndices('float32', length);
  for (let i = 0; i < length; i++) storage.array[i] = i % below;
  return storage;
}

interface Row {
  name: string;
  part: string;
  on: string;
  run: (kernels: never) => void;
  kernels: { name: string; definition: object };
}

function rows<Parts extends object>(
  kernels: Parts & { name: string; definition: Parts },
  on: string,
  parts: { [Part in keyof Parts]?: (kernels: Parts) => void },
): Row[] {
  return Object.entries<((kernels: Parts) => void) | undefined>(parts).map(([part, run]) => {
    return { name: kernels.name, part, on, run: run as (kernels: never) => void, kernels };
  });
}

// A batch of 32 in Net E: the maps of its first layer, and its second convolution.
const MAP = 32 * 8 * 24 * 24;
const [a, b, c, d, quarter, perChannel] = [MAP, MAP, MAP, MAP, MAP / 4, 8].map(numbers);
const indices = labels(MAP / 4, MAP / 4);
const pool: PoolSizes = {
  planes: 256,
  H: 24,
  W: 24,
  kernelH: 2,
  kernelW: 2,
  strideH: 2,
  strideW: 2,
  padTop: 0,
  padLeft: 0,
  outH: 12,
  outW: 12,
};
const conv: ConvSizes = {
  N: 32,
  C: 8,
  H: 12,
  W: 12,
  O: 16,
  groups: 1,
  kernelH: 3,
  kernelW: 3,
  strideH: 1,
  strideW: 1,
  dilationH: 1,
  dilationW: 1,
  padTop: 0,
  padLeft: 0,
  outH: 10,
  outW: 10,
};
const depthwise: ConvSizes = { ...conv, C: 16, groups: 16, H: 10, W: 10, padTop: 1, padLeft: 1 };
const [x, weight, y, bias] = [32 * 8 * 144, 16 * 8 * 9, 32 * 16 * 100, 16].map(numbers);
const pointwise: ConvSizes = { ...conv, C: 16, H: 10, W: 10, kernelH: 1, kernelW: 1 };
const [perPlane, pointwiseWeight, y2] = [16 * 9, 16 * 16, 32 * 16 * 100].map(numbers);
const [batch, dense, products] = [32 * 400, 10 * 400, 320].map(numbers);
const [scores, losses, rowsOfScores, slopes] = [320, 32, 320, 320].map(numbers);
const targets = labels(32, 10);
const matmul = { M: 32, K: 400, N: 10, transposeB: true };
const axis = { outer: 32, length: 10, inner: 1 };
const channels = { N: 32, C: 8, size: 576, eps: 1e-5 };
const statistics = { mean: numbers(8), variance: numbers(8), fixed: false };
const view = { shape: [32, 8, 576], strides: [0, 1, 0] };
const same = { shape: [MAP], stridesA: [1], stridesB: [1] };
const rowsOf = { count: 32, length: MAP / 64, x: { offset: 0, stride: MAP / 32 }, y: { offset: 0, stride: MAP / 64 } };
const [parameter, gradient, first, second] = [60_000, 60_000, 60_000, 60_000].map(numbers);
const settings = { lr: 1e-9, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, first: false, eps: 1e-8 };
const adam = { beta1: 0.9, beta2: 0.999, eps: 1e-8, stepSize: 1e-9, correction: 1, weightDecay: 0, shrink: 0 };

const ROWS: Row[] = [
  ...Object.values(unaryKernels).flatMap((kernels) =>
    rows<(typeof unaryKernels)['relu']['definition']>(kernels, 'a map', {
      forward: (k) => k.forward(a, b, 0.01),
      backward: (k) => k.backward(a, b, c, d, 0.01),
    }),
  ),
  ...Object.values(binaryKernels).flatMap((kernels) =>
    rows<(typeof binaryKernels)['add']['definition']>(kernels, 'two maps', {
      forward: (k) => k.forward(a, b, c, same),
      backward: (k) => k.backward(a, b, c, d, null, same),
    }),
  ),
  ...rows(accumulateKernels, 'a map', { forward: (k) => k.forward(a, b) }),
  ...rows(broadcastKernels, 'a bias', {
    expand: (k) => k.expand(perChannel, b, view, 1e-9),
    reduce: (k) => k.reduce(a, perChannel, view, 1e-9),
  }),
  ...rows(sliceKernels, 'half the channels', { add: (k) => k.add(a, b, rowsOf) }),
  ...rows(dropoutKernels, 'a map', {
    add: (k) => k.add(a, b, { keys: [1, 2], least: 2 ** 31, scale: 1e-9, run: 1 }),
  }),
  ...rows(conv2dKernels, 'E conv2', {
    forward: (k) => k.forward(x, weight, bias, y, conv),
    gradInput: (k) => k.gradInput(y, weight, x, conv),
    gradWeight: (k) => k.gradWeight(x, y, weight, conv),
  }),
  ...rows(conv2dKernels, 'depthwise', {
    forward: (k) => k.forward(y, perPlane, bias, y2, depthwise),
    gradInput: (k) => k.gradInput(y2, perPlane, y, depthwise),
  }),
  ...rows(conv2dKernels, '1x1', {
    gradInput: (k) => k.gradInput(y, pointwiseWeight, y2, pointwise),
    gradWeight: (k) => k.gradWeight(y2, y, pointwiseWeight, pointwise),
  }),
  ...rows(maxPool2dKernels, '2x2', {
    forward: (k) => k.forward(a, quarter, indices, pool),
    backward: (k) => k.backward(quarter, indices, b, pool),
  }),
  ...rows(avgPool2dKernels, '2x2', {
    forward: (k) => k.forward(a, quarter, pool),
    backward: (k) => k.backward(quarter, b, pool),
  }),
  ...rows(matmulKernels, 'E dense', { add: (k) => k.add(batch, dense, products, matmul) }),
  ...rows<(typeof softmaxKernels)['definition']>(softmaxKernels, '32 x 10', {
    forward: (k) => k.forward(scores, rowsOfScores, axis),
    backward: (k) => k.backward(scores, rowsOfScores, slopes, axis),
  }),
  ...rows<(typeof logSoftmaxKernels)['definition']>(logSoftmaxKernels, '32 x 10', {
    forward: (k) => k.forward(scores, rowsOfScores, axis),
    backward: (k) => k.backward(scores, rowsOfScores, slopes, axis),
  }),
  ...rows(crossEntropyKernels, '32 x 10', {
    forward: (k) => k.forward(scores, targets, losses, rowsOfScores, 10, 0),
    backward: (k) => k.backward(rowsOfScores, targets, losses, slopes, 10, 0),
  }),
  ...rows(normalizeKernels, 'a map', {
    moments: (k) => k.moments(a, statistics.mean, statistics.variance, channels),
    forward: (k) => k.forward(a, statistics, null, null, b, channels),
    backward: (k) => k.backward(a, statistics, null, b, { dx: c, dweight: null, dbias: null }, channels),
  }),
  ...rows(sgdKernels, '60,000', {
    step: (k) => k.step(parameter, gradient, first, { ...settings, momentum: 0.9 }),
  }),
  ...rows(adamKernels, '60,000', { step: (k) => k.step(parameter, gradient, first, second, null, adam) }),
  ...rows(rmspropKernels, '60,000', {
    step: (k) => k.step(parameter, gradient, first, null, null, { ...settings, alpha: 0.9 }),
  }),
  ...rows(adadeltaKernels, '60,000', {
    step: (k) => k.step(parameter, gradient, first, second, { ...settings, rho: 0.9 }),
  }),
];

/** Microseconds of one call, over about 15 ms. */
function time(run: () => void): number {
  const begin = performance.now();
  let calls = 0;
  do {
    run();
    calls++;
  } while (performance.now() - begin < 15);
  return ((performance.now() - begin) * 1000) / calls;
}

const filter = process.argv[2] ?? '';
const isFaster = ({ name, part }: Row) => installed()!.overrides[name]?.[part] !== undefined;
const chosen = ROWS.filter((row) => isFaster(row) && `${row.name}.${row.part}`.includes(filter));
const measured = chosen.map(({ name, part, on, run, kernels }) => {
  const ways = [kernels, kernels.definition].map((each) => () => run(each as never));
  for (const way of ways) time(way); // Compiles.
  const times = ways.map((): number[] => []);
  for (let turn = 0; turn < 9; turn++) {
    ways.forEach((way, i) => {
      times[i].push(time(way));
    });
  }
  const [fast, plain] = times.map(median);
  return { kernel: `${name}.${part}`, on, fast, plain, ratio: plain / fast };
});
const known = new Set(ROWS.map(({ name, part }) => `${name}.${part}`));
const missing = Object.entries(installed()!.overrides).flatMap(([name, parts]) =>
  Object.keys(parts!).flatMap((part) => (known.has(`${name}.${part}`) ? [] : [`${name}.${part}`])),
);
console.log(
  table(
    ['kernel', 'on', 'faster version, us', 'definition, us', 'times as fast'],
    measured.map(({ kernel, on, fast, plain, ratio }) => {
      return [kernel, on, fast.toFixed(1), plain.toFixed(1), `${ratio.toFixed(1)}${ratio < 2 ? ' (!)' : ''}`];
    }),
  ),
);
if (!filter) console.log(saveResults('overrides', { machine: describeMachine(), kernels: measured }));
const losing = measured.filter(({ ratio }) => ratio < 1).map(({ kernel }) => kernel);
if (missing.length > 0) console.error(`no row for ${missing.join(', ')}`);
if (losing.length > 0) console.error(`slower than the definition: ${losing.join(', ')}`);
process.exitCode = missing.length + losing.length > 0 ? 1 : 0;
