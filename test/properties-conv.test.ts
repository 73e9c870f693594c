import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avgPool2d, type ConvolutionOptions, conv2d, Generator, maxPool2d, tensor } from '../src/index.js';
import { anySeed, difference, indices, leaf, numbers, offset, sizeOf, upTo } from './arrays.js';
import { expectClose } from './close.js';

// Random shapes and settings against second implementations in plain loops. Errors are relative to max(1, |value|).
// float64 against float64 is held to 1e-11, float32 to 1e-5: sums of up to a hundred products of numbers below 1.

fc.configureGlobal({ seed: 20240214, numRuns: 300 });

interface Conv {
  x: number[];
  weight: number[];
  bias: boolean;
  groups: number;
  stride: [number, number];
  dilation: [number, number];
  padding: [number, number] | 'same';
  seed: number;
}

/** Every kind of convolution that is small: filters of 1 to 4 pixels, odd and even, some with more padding than filter. */
const anyConv: fc.Arbitrary<Conv> = fc
  .record({
    N: upTo(3, 1),
    groups: upTo(3, 1),
    inPerGroup: upTo(3, 1),
    outPerGroup: upTo(3, 1),
    seed: anySeed,
    kernel: fc.tuple(upTo(4, 1), upTo(4, 1)),
    dilation: fc.tuple(upTo(3, 1), upTo(3, 1)),
    bias: fc.boolean(),
    stride: fc.tuple(upTo(3, 1), upTo(3, 1)),
    pad: fc.tuple(upTo(4), upTo(4)),
    same: fc.boolean(),
    extra: fc.tuple(upTo(5), upTo(5)),
  })
  .map(({ N, groups, inPerGroup, outPerGroup, kernel, dilation, stride, pad, same, extra, bias, seed }) => {
    const reach = [0, 1].map((i) => dilation[i] * (kernel[i] - 1) + 1);
    const image = [0, 1].map((i) => (same ? 1 + extra[i] : Math.max(1, reach[i] - 2 * pad[i] + extra[i])));
    return {
      x: [N, groups * inPerGroup, ...image],
      weight: [groups * outPerGroup, inPerGroup, ...kernel],
      bias,
      groups,
      dilation,
      seed,
      stride: same ? [1, 1] : stride,
      padding: same ? 'same' : pad,
    };
  });

function convOptions({ groups, stride, dilation, padding }: Conv): ConvolutionOptions {
  return { groups, stride, dilation, padding };
}

/** The convolution by im2col and matmul: the windows of the padded image as rows, times the filters as columns. */
function convByMatmul(c: Conv, x: Float64Array, weight: Float64Array, bias: Float64Array | null) {
  const [N, C, H, W] = c.x;
  const [O, inPerGroup, kernelH, kernelW] = c.weight;
  const reach = [c.dilation[0] * (kernelH - 1), c.dilation[1] * (kernelW - 1)];
  const before = c.padding === 'same' ? reach.map((r) => Math.floor(r / 2)) : c.padding;
  const both = c.padding === 'same' ? reach : c.padding.map((p) => 2 * p);
  const [outH, outW] = [H, W].map((n, i) => Math.floor((n + both[i] - reach[i] - 1) / c.stride[i]) + 1);
  const shape = [N, O, outH, outW];
  const taps = indices([inPerGroup, kernelH, kernelW]);
  const y = new Float64Array(sizeOf(shape));
  for (let group = 0; group < c.groups; group++) {
    const windows = indices([N, outH, outW]);
    const rows = windows.map(([n, i, j]) =>
      taps.map(([channel, ky, kx]) => {
        const row = i * c.stride[0] + ky * c.dilation[0] - before[0];
        const column = j * c.stride[1] + kx * c.dilation[1] - before[1];
        const inside = row >= 0 && row < H && column >= 0 && column < W;
        return inside ? x[offset([n, group * inPerGroup + channel, row, column], [N, C, H, W])] : 0;
      }),
    );
    for (let o = (group * O) / c.groups; o < ((group + 1) * O) / c.groups; o++) {
      const filter = weight.subarray(o * taps.length, (o + 1) * taps.length);
      rows.forEach((row, r) => {
        const [n, i, j] = windows[r];
        y[offset([n, o, i, j], shape)] = row.reduce((dot, value, k) => dot + value * filter[k], bias ? bias[o] : 0);
      });
    }
  }
  return { shape, y };
}

describe('conv2d for random sizes, strides, paddings, dilations and groups', () => {
  test.each([
    ['float64', 1e-11],
    ['float32', 1e-5],
  ] as const)('is im2col and matmul, %s, within %f', (dtype, tolerance) => {
    fc.assert(
      fc.property(anyConv, (c) => {
        const [x, weight] = [numbers(c.seed, c.x), numbers(`${c.seed} weight`, c.weight)];
        const bias = c.bias ? numbers(`${c.seed} bias`, [c.weight[0]]) : null;
        const expected = convByMatmul(c, x, weight, bias);
        const b = bias && leaf(bias, [c.weight[0]], dtype);
        const y = conv2d(leaf(x, c.x, dtype), leaf(weight, c.weight, dtype), b, convOptions(c));
        expect(y.shape).toEqual(expected.shape);
        expectClose(y.data, expected.y, tolerance);
      }),
    );
  });

  test('has the gradients of central differences, float64, at three indices of each input, within 1e-8', () => {
    fc.assert(
      fc.property(anyConv, (c) => {
        const inputs = [leaf(numbers(c.seed, c.x), c.x), leaf(numbers(`${c.seed} weight`, c.weight), c.weight)];
        if (c.bias) inputs.push(leaf(numbers(`${c.seed} bias`, [c.weight[0]]), [c.weight[0]]));
        const fn = () => conv2d(inputs[0], inputs[1], inputs[2], convOptions(c));
        const y = fn();
        const dy = numbers(`${c.seed} dy`, y.shape);
        y.backward(tensor(dy, { shape: y.shape }));
        const generator = new Generator(`${c.seed} where`);
        for (const input of inputs) {
          const where = Array.from({ length: 3 }, () => generator.integer(input.size));
          // Linear in each input: a wide step is exact but for rounding.
          const expected = where.map((index) => difference(fn, dy, input, index, 0.5));
          expectClose(
            where.map((index) => input.grad!.data[index]),
            expected,
            1e-8,
          );
        }
      }),
    );
  });

  test('has the same gradients in float32 as in float64, everywhere, within 1e-4', () => {
    fc.assert(
      fc.property(anyConv, (c) => {
        const [single, double] = (['float32', 'float64'] as const).map((dtype) => {
          const x = leaf(numbers(c.seed, c.x), c.x, dtype);
          const weight = leaf(numbers(`${c.seed} weight`, c.weight), c.weight, dtype);
          const bias = leaf(numbers(`${c.seed} bias`, [c.weight[0]]), [c.weight[0]], dtype);
          const y = conv2d(x, weight, bias, convOptions(c));
          y.backward(tensor(numbers(`${c.seed} dy`, y.shape), { shape: y.shape, dtype }));
          return [x, weight, bias].map((input) => input.grad!.data);
        });
        for (const i of double.keys()) expectClose(single[i], double[i], 1e-4);
      }),
    );
  });
});

describe('pooling for random sizes, windows, strides and paddings', () => {
  const anyPool = fc
    .record({
      N: upTo(2, 1),
      C: upTo(3, 1),
      kernel: fc.tuple(upTo(4, 1), upTo(4, 1)),
      pad: fc.tuple(upTo(2), upTo(2)),
      stride: fc.option(fc.tuple(upTo(4, 1), upTo(4, 1))),
      extra: fc.tuple(upTo(6), upTo(6)),
      seed: anySeed,
    })
    .map(({ N, C, kernel, pad, stride, extra, seed }) => {
      const padding = pad.map((p, i) => Math.min(p, Math.floor(kernel[i] / 2))) as [number, number];
      const image = kernel.map((k, i) => Math.max(1, k - 2 * padding[i] + extra[i]));
      return { shape: [N, C, ...image], kernel, padding, stride: stride ?? kernel, seed };
    });

  /** Of each window the offsets into x, -1 for padding. */
  function windows({ shape, kernel, padding, stride }: typeof anyPool extends fc.Arbitrary<infer P> ? P : never) {
    const [N, C, H, W] = shape;
    const out = [H, W].map((n, i) => Math.floor((n + 2 * padding[i] - kernel[i]) / stride[i]) + 1);
    return indices([N, C, ...out]).map(([n, c, i, j]) =>
      indices(kernel).map(([ky, kx]) => {
        const [row, column] = [i * stride[0] + ky - padding[0], j * stride[1] + kx - padding[1]];
        const inside = row >= 0 && row < H && column >= 0 && column < W;
        return inside ? offset([n, c, row, column], shape) : -1;
      }),
    );
  }

  test.each(['float64', 'float32'] as const)('max: the first of the largest, which takes the gradient, %s', (dtype) => {
    fc.assert(
      fc.property(anyPool, (pool) => {
        const values = numbers(pool.seed, pool.shape, 0, 5).map(Math.floor); // Few levels, many ties.
        const x = leaf(values, pool.shape, dtype);
        const y = maxPool2d(x, pool.kernel, { stride: pool.stride, padding: pool.padding });
        const dy = numbers(`${pool.seed} dy`, y.shape, 0, 9).map(Math.floor);
        y.backward(tensor(dy, { shape: y.shape, dtype }));
        const dx = new Float64Array(x.size);
        const expected = windows(pool).map((window, w) => {
          const inside = window.filter((at) => at >= 0);
          const best = inside.reduce((a, b) => (values[b] > values[a] ? b : a));
          dx[best] += dy[w];
          return values[best];
        });
        expect(Array.from(y.data)).toEqual(expected);
        expect(Array.from(x.grad!.data)).toEqual(Array.from(dx));
      }),
    );
  });

  test.each([
    ['float64', 1e-11],
    ['float32', 1e-5],
  ] as const)('mean: the sum over the window by its size, padding counted, %s, within %f', (dtype, tolerance) => {
    fc.assert(
      fc.property(anyPool, (pool) => {
        const values = numbers(pool.seed, pool.shape);
        const x = leaf(values, pool.shape, dtype);
        const y = avgPool2d(x, pool.kernel, { stride: pool.stride, padding: pool.padding });
        const dy = numbers(`${pool.seed} dy`, y.shape);
        y.backward(tensor(dy, { shape: y.shape, dtype }));
        const dx = new Float64Array(x.size);
        const expected = windows(pool).map((window, w) => {
          for (const at of window) if (at >= 0) dx[at] += dy[w] / window.length;
          return window.reduce((total, at) => total + (at >= 0 ? values[at] : 0), 0) / window.length;
        });
        expectClose(y.data, expected, tolerance);
        expectClose(x.grad!.data, dx, tolerance);
      }),
    );
  });
});
