/**
 * What a convolution costs, forward and backward, as the batch, the image and the channels grow: one thread on one core.
 *
 *     npm run bench:scaling
 *     npm run bench:scaling -- --quick
 */
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import type * as Convgrad from '../src/index.js';
import { describeMachine, pin, saveResults } from './lib/machine.js';
import { builtConvgrad, sourceConvgrad } from './lib/ours.js';
import { median, show } from './lib/statistics.js';
import { table } from './lib/table.js';

interface Case {
  size: number;
  batch: number;
  side: number;
  inChannels: number;
  outChannels: number;
}

/** A convolution like those of the networks, 3x3 with padding 1; on each axis one thing grows. */
const AXES: Record<string, { sizes: number[]; make: (size: number) => Omit<Case, 'size'> }> = {
  'batch size (images of 28x28, 8 to 16 channels)': {
    sizes: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
    make: (batch) => ({ batch, side: 28, inChannels: 8, outChannels: 16 }),
  },
  'image size (batch 4, 8 to 16 channels)': {
    sizes: [28, 56, 84, 112, 168, 224],
    make: (side) => ({ batch: 4, side, inChannels: 8, outChannels: 16 }),
  },
  'channels, in and out (batch 4, images of 28x28)': {
    sizes: [8, 16, 24, 32, 48, 64, 96, 128],
    make: (channels) => ({ batch: 4, side: 28, inChannels: channels, outChannels: channels }),
  },
};

/** From here on a growth is called worse than the arithmetic: above what this machine's noise does. */
const WORSE = 1.25;

const options = new Command()
  .name('bench:scaling')
  .option('--source', 'measure src through tsx instead of the built package')
  .option('--quick', 'three turns each, nothing that takes longer than a fifth of a second')
  .allowExcessArguments(false)
  .parse()
  .opts<{ source?: boolean; quick?: boolean }>();
const turns = options.quick ? 3 : 15;
/** Sizes that take longer than this are left out, and named. */
const longest = options.quick ? 0.2 : 4;

const machine = describeMachine();
const pinned = pin('0');
const path = options.source ? sourceConvgrad : builtConvgrad();
const { conv2d, Generator, randn }: typeof Convgrad = await import(pathToFileURL(path).href);
const results: Record<string, object[]> = {};

for (const [axis, { sizes, make }] of Object.entries(AXES)) {
  const measured = measure(sizes.map((size) => ({ size, ...make(size) })));
  const rows = measured.map((one, i) => {
    const before = measured[i - 1];
    const worse = one.seconds && before?.seconds ? one.seconds / before.seconds / (one.flops / before.flops) : NaN;
    const remark = worse > WORSE ? 'worse than the arithmetic' : '';
    if (!one.seconds) return [String(one.size), 'left out', '', '', '', ''];
    const cost = (1e6 * one.seconds) / one.batch;
    return [String(one.size), show(cost), show(one.flops / one.seconds / 1e9), show(one.growth), show(worse), remark];
  });
  console.log(`\n${axis}`);
  console.log(table(['', 'us an image', 'GFLOP/s', 'arithmetic grows', 'cost / arithmetic', ''], rows));
  results[axis] = measured;
}
console.log(
  `\nwritten to ${saveResults(options.quick ? 'scaling-quick' : 'scaling', { machine, pinned, turns, results })}`,
);

/** Median seconds of forward and backward of each case, in turns. */
function measure(cases: Case[]) {
  let rate = 0;
  const prepared = cases.map((one) => {
    // Forward, to the weights and to the input; two operations a multiply-add. Padding is counted as work.
    const flops = 3 * 2 * one.batch * one.inChannels * one.outChannels * 9 * one.side ** 2;
    const step = rate > 0 && flops / rate > longest ? undefined : convolution(one);
    let once = Infinity;
    if (step) for (let i = 0; i < 3 && !(i > 0 && once > longest); i++) once = Math.min(once, timed(step, 1));
    if (step) rate = flops / once;
    return { ...one, flops, step, calls: Math.max(1, Math.round(0.02 / once)), seconds: [] as number[] };
  });
  for (let turn = 0; turn < turns; turn++) {
    for (const { step, calls, seconds } of prepared) if (step) seconds.push(timed(step, calls));
  }
  return prepared.map(({ step: _, calls: __, seconds, ...one }, i) => {
    const growth = i === 0 ? 1 : one.flops / one.batch / (prepared[i - 1].flops / prepared[i - 1].batch);
    return { ...one, growth, seconds: seconds.length > 0 ? median(seconds) : null };
  });
}

function convolution({ batch, side, inChannels, outChannels }: Case): () => void {
  const generator = new Generator(0);
  const x = randn([batch, inChannels, side, side], { generator, requiresGrad: true });
  const weight = randn([outChannels, inChannels, 3, 3], { generator, requiresGrad: true });
  const bias = randn([outChannels], { generator, requiresGrad: true });
  // A gradient without zeros: what is skipped after ReLU and pooling is not to flatter the arithmetic.
  const gradient = randn([batch, outChannels, side, side], { generator });
  return () => {
    for (const leaf of [x, weight, bias]) leaf.grad = null;
    conv2d(x, weight, bias, { padding: 1 }).backward(gradient);
  };
}

function timed(step: () => void, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) step();
  return (performance.now() - start) / 1000 / calls;
}
