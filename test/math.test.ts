import { expect, test } from 'vitest';
import { allocate } from '../src/autograd/backend.js';
import { type UnaryName, unaryKernels } from '../src/ops/elementwise.js';

/** Every 251st bit pattern of a float32: numbers of each size and sign, subnormal ones, infinities and NaNs. */
const STEP = 251;
const CHUNK = 2 ** 20;

const double = new Float64Array(1);
const halves = new Uint32Array(double.buffer); // The higher one, with the exponent, comes second.
/** The distance between two neighboring float32 numbers at `value`. */
function ulp(value: number): number {
  double[0] = value;
  const exponent = ((halves[1] >>> 20) & 2047) - 1023;
  return 2 ** (Math.min(Math.max(exponent, -126), 127) - 23);
}

/** The largest error over the whole range, in units of the last place of the true result. */
function largestError(operation: UnaryName, truth: (x: number) => number): { error: number; at: number } {
  let worst = { error: 0, at: 0 };
  const x = allocate('float32', CHUNK);
  const y = allocate('float32', CHUNK);
  const bits = new Uint32Array(CHUNK);
  const values = new Float32Array(bits.buffer);
  for (let first = 0; first < 2 ** 32; first += STEP * CHUNK) {
    for (let i = 0; i < CHUNK; i++) bits[i] = first + i * STEP;
    x.array.set(values);
    unaryKernels[operation].forward(x, y, 0);
    const got = y.array;
    for (let i = 0; i < CHUNK; i++) {
      const wanted = truth(values[i]);
      if (got[i] === Math.fround(wanted) || Object.is(got[i], wanted)) continue;
      const error = Math.abs(got[i] - wanted) / ulp(wanted);
      if (!(error <= worst.error)) worst = { error: Number.isNaN(error) ? Infinity : error, at: values[i] };
    }
  }
  return worst;
}

const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const functions: [UnaryName, (x: number) => number, number][] = [
  ['exp', Math.exp, 1],
  ['log', Math.log, 0.8],
  ['tanh', Math.tanh, 1.4],
  ['sigmoid', sigmoid, 2.3],
  ['sqrt', Math.sqrt, 0.51],
  ['softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 2.6],
];

test.each([
  ['gelu', 3e-7],
  ['geluTanh', 3e-7],
] as const)('%s is wrong by at most %s of max(|x|, 1), from -12 to 12', (operation, limit) => {
  const values = Float32Array.from({ length: 2 ** 18 }, (_, i) => (i / 2 ** 17 - 1) * 12);
  const [got, wanted] = (['float32', 'float64'] as const).map((dtype) => {
    const [x, y] = [0, 1].map(() => allocate(dtype, values.length));
    x.array.set(values);
    unaryKernels[operation].forward(x, y, 0);
    return y.array;
  });
  let worst = 0;
  for (let i = 0; i < values.length; i++) {
    worst = Math.max(worst, Math.abs(got[i] - wanted[i]) / Math.max(1, Math.abs(values[i])));
  }
  expect(worst).toBeLessThan(limit);
});

test.each(functions)('%s is wrong by at most $2 ulp, over the whole range of float32', (operation, truth, limit) => {
  const { error, at } = largestError(operation, truth);
  if (error > limit) expect.fail(`${error} ulp at ${at}`);
});
