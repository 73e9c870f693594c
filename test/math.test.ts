import { expect, test } from 'vitest';
import { wasmKernels } from '../src/kernels/index.js';
import type { UnaryOperation } from '../src/kernels/kernels.js';

const kernels = wasmKernels();
/** Every 251st bit pattern of a float32: numbers of each size and sign, subnormal ones, infinities and NaNs. */
const STEP = 251;
const CHUNK = 2 ** 20;

/** The distance between two neighbouring float32 numbers at `value`. */
function ulp(value: number): number {
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(value))));
  return 2 ** (Math.min(exponent, 127) - 23);
}

/** The largest error over the whole range, in units of the last place of the true result. */
function largestError(operation: UnaryOperation, truth: (x: number) => number): { error: number; at: number } {
  let worst = { error: 0, at: 0 };
  const x = kernels.allocate('float32', CHUNK);
  const y = kernels.allocate('float32', CHUNK);
  const bits = new Uint32Array(CHUNK);
  const values = new Float32Array(bits.buffer);
  for (let first = 0; first < 2 ** 32; first += STEP * CHUNK) {
    for (let i = 0; i < CHUNK; i++) bits[i] = first + i * STEP;
    x.array.set(values);
    kernels.unary(operation, x, y, 0);
    const got = y.array;
    for (let i = 0; i < CHUNK; i++) {
      const wanted = truth(values[i]);
      if (Object.is(got[i], wanted) || got[i] === Math.fround(wanted)) continue;
      const error = Math.abs(got[i] - wanted) / ulp(wanted);
      if (!(error <= worst.error)) worst = { error: Number.isNaN(error) ? Infinity : error, at: values[i] };
    }
  }
  return worst;
}

const sigmoid = (x: number) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)));
const functions: [UnaryOperation, (x: number) => number, number][] = [
  ['exp', Math.exp, 1],
  ['log', Math.log, 0.8],
  ['tanh', Math.tanh, 1.4],
  ['sigmoid', sigmoid, 2.3],
  ['sqrt', Math.sqrt, 0.51],
  ['softplus', (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 2.6],
];

test.each(functions)('%s is wrong by at most $2 ulp, over the whole range of float32', (operation, truth, limit) => {
  const { error, at } = largestError(operation, truth);
  if (error > limit) expect.fail(`${error} ulp at ${at}`);
});
