// GFLOP/s of each convolution kernel, and of the dense layers' products, as a share of the core's own SIMD peak:
// npm run bench:kernels [part of a name]
//
// "sparse" is a gradient as it comes out of 2x2 max pooling of random numbers: one in four is not zero. Its GFLOP/s
// count the arithmetic of a dense gradient.
import { allocate } from '../src/autograd/backend.js';
import '../src/wasm/install.js';
import { type ConvSizes, conv2dKernels } from '../src/ops/conv2d.js';
import { matmulKernels } from '../src/ops/matmul.js';
import { Generator } from '../src/random.js';
import { describeMachine, pin, saveResults } from './lib/machine.js';
import { median } from './lib/statistics.js';
import { table } from './lib/table.js';
import { simdPeak } from './peak.js';

pin('0');
const machine = describeMachine();
const generator = new Generator('bench');
const filter = process.argv[2] ?? '';

function conv(
  name: string,
  batch: number,
  C: number,
  size: number,
  O: number,
  kernel: number,
  padding: number,
  stride = 1,
  groups = 1,
) {
  const out = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const sizes: ConvSizes = {
    N: batch,
    C,
    H: size,
    W: size,
    O,
    groups,
    kernelH: kernel,
    kernelW: kernel,
    strideH: stride,
    strideW: stride,
    dilationH: 1,
    dilationW: 1,
    padTop: padding,
    padLeft: padding,
    outH: out,
    outW: out,
  };
  return { name, sizes };
}

const SHAPES = [
  conv('S conv1', 32, 1, 28, 8, 5, 2),
  conv('S conv2', 32, 8, 14, 16, 5, 2),
  conv('E conv1', 32, 1, 28, 8, 5, 0),
  conv('E conv2', 32, 8, 12, 16, 3, 0),
  conv('B conv1', 32, 1, 28, 32, 3, 0),
  conv('B conv2', 32, 32, 26, 64, 3, 0),
  conv('16 to 16 at 32x32', 32, 16, 32, 16, 3, 1),
  conv('32 to 32 at 16x16', 32, 32, 16, 32, 3, 1),
  conv('64 to 64 at 8x8', 32, 64, 8, 64, 3, 1),
  conv('depthwise 32', 32, 32, 32, 32, 3, 1, 1, 32),
  conv('depthwise 64 stride 2', 32, 64, 16, 64, 3, 1, 2, 64),
  conv('1x1 64 to 128', 32, 64, 16, 128, 1, 0),
  conv('5x5 32 to 32', 32, 32, 16, 32, 5, 2),
];

function random(length: number, keep: (i: number) => boolean = () => true) {
  const storage = allocate('float32', length);
  const { array } = storage;
  for (let i = 0; i < length; i++) array[i] = keep(i) ? generator.normal() : 0;
  return storage;
}

/** One nonzero number in each 2x2 window of images `width` wide. */
function pooled(length: number, width: number) {
  const chosen = new Map<number, number>();
  return random(length, (i) => {
    const row = Math.floor(i / width);
    const window = (row >> 1) * width + ((i % width) >> 1);
    if (!chosen.has(window)) chosen.set(window, Math.floor(generator.uniform(0, 4)));
    return chosen.get(window) === 2 * (row & 1) + ((i % width) & 1);
  });
}

interface Contestant {
  name: string;
  flop: number;
  run: () => void;
}

const contestants: Contestant[] = SHAPES.flatMap(({ name, sizes: s }) => {
  const outputs = s.N * s.O * s.outH * s.outW;
  const flop = (2 * outputs * s.C * s.kernelH * s.kernelW) / s.groups;
  const [x, weight, bias] = [
    random(s.N * s.C * s.H * s.W),
    random((s.O * s.C * s.kernelH * s.kernelW) / s.groups),
    random(s.O),
  ];
  const [y, dense, sparse] = [random(outputs), random(outputs), pooled(outputs, s.outW)];
  const [dx, dweight] = [random(x.length), random(weight.length)];
  return [
    { name: `${name} forward`, flop, run: () => conv2dKernels.forward(x, weight, bias, y, s) },
    { name: `${name} gradInput`, flop, run: () => conv2dKernels.gradInput(dense, weight, dx, s) },
    { name: `${name} gradInput sparse`, flop, run: () => conv2dKernels.gradInput(sparse, weight, dx, s) },
    { name: `${name} gradWeight`, flop, run: () => conv2dKernels.gradWeight(x, dense, dweight, s) },
    { name: `${name} gradWeight sparse`, flop, run: () => conv2dKernels.gradWeight(x, sparse, dweight, s) },
  ];
});

for (const [name, M, K, N] of [
  ['S dense', 32, 784, 10],
  ['B dense1', 32, 9216, 128],
] as const) {
  const [x, weight, y, dx, dweight] = [random(M * K), random(N * K), random(M * N), random(M * K), random(N * K)];
  const flop = 2 * M * K * N;
  contestants.push(
    { name: `${name} forward`, flop, run: () => matmulKernels.add(x, weight, y, { M, K, N, transposeB: true }) },
    { name: `${name} gradInput`, flop, run: () => matmulKernels.add(y, weight, dx, { M, K: N, N: K }) },
    {
      name: `${name} gradWeight`,
      flop,
      run: () => matmulKernels.add(y, x, dweight, { M: N, K: M, N: K, transposeA: true }),
    },
  );
}

const peak = await simdPeak();
const chosen = contestants.filter(({ name }) => name.includes(filter));
const rates = chosen.map((): number[] => []);
const peaks: number[] = [];
for (let round = 0; round < 60; round++) {
  peaks.push(peak());
  chosen.forEach(({ flop, run }, i) => {
    const repeats = Math.max(1, Math.round(3e7 / flop));
    if (round === 0) for (const end = performance.now() + 60; performance.now() < end; ) run();
    const begin = performance.now();
    for (let r = 0; r < repeats; r++) run();
    rates[i].push((flop * repeats) / (performance.now() - begin) / 1e6);
  });
}
const top = median(peaks);
const best = Math.max(...peaks);
const percent = (rate: number, of: number) => `${((100 * rate) / of).toFixed(0)}%`;
const measured = chosen.map(({ name }, i) => ({ name, median: median(rates[i]), best: Math.max(...rates[i]) }));
console.log(`SIMD peak of the core: median ${top.toFixed(1)}, best ${best.toFixed(1)} GFLOP/s`);
console.log(
  table(
    ['GFLOP/s', 'median', 'of the peak', 'best', 'of the best peak'],
    measured.map((m) => [
      m.name,
      m.median.toFixed(1),
      percent(m.median, top),
      m.best.toFixed(1),
      percent(m.best, best),
    ]),
  ),
);
if (!filter) console.log(saveResults('kernels', { machine, peak: { median: top, best }, kernels: measured }));
