import { afterAll, describe, expect, test } from 'vitest';
import { Storage } from '../src/autograd/storage.js';
import { Conv2D, conv2d, Generator, mul, noGrad, setThreads, tensor } from '../src/index.js';
import { type ConvSizes, conv2dKernels } from '../src/ops/conv2d.js';
import { createEngine } from '../src/wasm/instance.js';
import { winograd } from '../src/wasm/winograd.js';
import { conv } from './kernel-sizes.js';

const engine = createEngine();
const tiled = winograd(engine);
const generator = new Generator('winograd');
const normals = (length: number, mean = 0) => Float32Array.from({ length }, () => mean + generator.normal());

/** A 3x3 convolution and numbers for it. */
function subject(given: Partial<ConvSizes>, mean = 0) {
  const s = conv({ H: 8, W: 8, C: 8, O: 8, padTop: 1, padLeft: 1, ...given, kernelH: 3, kernelW: 3 });
  const [images, weights, outputs] = [s.N * s.C * s.H * s.W, s.O * s.C * 9, s.N * s.O * s.outH * s.outW];
  return { s, x: normals(images, mean), weight: normals(weights), bias: normals(s.O), dy: normals(outputs, mean) };
}
type Subject = ReturnType<typeof subject>;
const passes = ['forward', 'gradInput', 'gradWeight'] as const;
type Pass = (typeof passes)[number];

/** The result of a pass added to `start`, or null where Winograd's algorithm leaves it to others. */
function byWinograd(pass: Pass, { s, x, weight, bias, dy }: Subject, start?: Float32Array): Float32Array | null {
  const here = [x, weight, bias, dy].map((array) => {
    const storage = engine.memory.floats(array.length);
    storage.array.set(array);
    return storage;
  });
  const result = engine.memory.floats(sizeOf(pass, s));
  result.array.fill(Number.NaN);
  if (start) result.array.set(start);
  const [X, , B, dY, R] = [...here, result].map((storage) => engine.memory.read(storage));
  const target = () => ({ address: R, adds: start ? 1 : 0 });
  if (pass === 'gradWeight' && !start) result.array.fill(0);
  const turned = { ...s, C: s.O, H: s.outH, W: s.outW, O: s.C, outH: s.H, outW: s.W };
  [turned.padTop, turned.padLeft] = [2 - s.padTop, 2 - s.padLeft];
  const forward = (from: number, count: number, biases: number, sizes: ConvSizes, isTurned: boolean) =>
    tiled.fits(sizes) &&
    tiled.forward(from, engine.run.nonzeroShare(from, count), here[1], biases, sizes, isTurned, target);
  const done =
    pass === 'forward'
      ? forward(X, x.length, B, s, false)
      : pass === 'gradInput'
        ? forward(dY, dy.length, 0, turned, true)
        : tiled.fits(s) && tiled.gradWeight(X, dY, engine.run.nonzeroShare(dY, dy.length), R, s);
  const numbers = result.array.slice();
  for (const storage of [...here, result]) storage.release();
  return done ? numbers : null;
}

/** The same by the definition, in float64. */
function byDefinition(pass: Pass, { s, x, weight, bias, dy }: Subject, start?: Float32Array): Float64Array {
  const [X, F, B, dY] = [x, weight, bias, dy].map((array) => new Storage(Float64Array.from(array)));
  const result = new Storage(start ? Float64Array.from(start) : new Float64Array(sizeOf(pass, s)));
  if (pass === 'forward') conv2dKernels.definition.forward(X, F, B, result, s);
  else if (pass === 'gradInput') conv2dKernels.definition.gradInput(dY, F, result, s);
  else conv2dKernels.definition.gradWeight(X, dY, result, s);
  return result.array as Float64Array;
}

function sizeOf(pass: Pass, s: ConvSizes): number {
  if (pass === 'forward') return s.N * s.O * s.outH * s.outW;
  return pass === 'gradInput' ? s.N * s.C * s.H * s.W : s.O * s.C * 9;
}

/** The largest error, relative to the largest number. */
function errorOf(got: Float32Array | null, right: Float64Array): number {
  expect(got).not.toBeNull();
  let [error, largest] = [0, 0];
  right.forEach((value, i) => {
    error = Math.max(error, Math.abs(value - got![i]));
    largest = Math.max(largest, Math.abs(value));
  });
  return error / largest;
}

const SIZES: Partial<ConvSizes>[] = [
  { N: 8, H: 4, W: 4 },
  { N: 33, H: 7, W: 7 },
  { N: 3, H: 10, W: 10, C: 9, O: 20, padTop: 0, padLeft: 0 },
  { N: 3, H: 26, W: 26, C: 12, O: 11, padTop: 2, padLeft: 2 },
  { N: 2, H: 8, W: 15, C: 17, O: 33, padTop: 2, padLeft: 0 },
  { N: 1, H: 40, W: 40, C: 32, O: 24 },
  { N: 5, H: 8, W: 8, C: 64, O: 40 },
  { N: 2, H: 12, W: 7, C: 200, O: 8 },
];

describe.each(passes)('Winograd’s %s', (pass) => {
  test.each(SIZES.map((sizes) => [JSON.stringify(sizes), sizes] as const))(
    '%s: errors below 3e-6 of the largest number, by itself and added to what is there',
    (_, sizes) => {
      const each = subject(sizes);
      expect(errorOf(byWinograd(pass, each), byDefinition(pass, each))).toBeLessThan(3e-6);
      if (pass !== 'forward') {
        const start = normals(sizeOf(pass, each.s));
        expect(errorOf(byWinograd(pass, each, start), byDefinition(pass, each, start))).toBeLessThan(3e-6);
      }
    },
  );

  test('numbers with a mean of a hundred times their spread cost no digit', () => {
    const each = subject({ N: 2, H: 16, W: 16, C: 16, O: 16 }, 100);
    expect(errorOf(byWinograd(pass, each), byDefinition(pass, each))).toBeLessThan(3e-6);
  });

  test.each([NaN, Infinity, -Infinity, 1e30, -3e38])('%d in any operand is left to the direct kernel', (value) => {
    const operands = { forward: ['x', 'weight'], gradInput: ['dy', 'weight'], gradWeight: ['x', 'dy'] } as const;
    for (const operand of operands[pass]) {
      for (const at of [0, 5, -1]) {
        const each = subject({ N: 3 });
        each[operand][at < 0 ? each[operand].length + at : at] = value;
        expect(byWinograd(pass, each)).toBeNull();
      }
    }
  });

  test.each<[string, Partial<ConvSizes>]>([
    ['seven channels', { C: 7, N: 9 }],
    ['seven filters', { O: 7, N: 9 }],
    ['stride', { strideH: 2, H: 9, N: 9 }],
    ['dilation', { dilationW: 2, W: 12, N: 9 }],
    ['groups', { groups: 2, C: 16, O: 16, N: 9 }],
    ['5x5 outputs', { H: 5, W: 5, N: 9 }],
    ['too many weights', { C: 512, O: 256, N: 9 }],
  ])('does not compute %s', (_, sizes) => {
    expect(byWinograd(pass, subject(sizes))).toBeNull();
  });

  test('leaves mostly zeros to the kernels that skip them', () => {
    const each = subject({ N: 9 });
    for (const operand of ['x', 'dy'] as const) each[operand] = each[operand].map((value, i) => (i % 4 ? 0 : value));
    expect(byWinograd(pass, each)).toBeNull();
  });
});

describe('a convolution of 3x3 and eight channels', () => {
  const image = (change?: (x: Float32Array) => void) => {
    const x = Float32Array.from({ length: 8 * 64 }, (_, i) => 1 + (i % 5));
    change?.(x);
    return tensor(x, { shape: [1, 8, 8, 8] });
  };
  const layer = new Conv2D(8, 8, 3, { padding: 1, generator });

  test('with one infinite number has NaN and infinities where that number is seen, and nowhere else', () => {
    const y = noGrad(() => layer.forward(image((x) => (x[3 * 8 + 3] = Infinity))));
    const plain = noGrad(() => layer.forward(image()));
    y.data.forEach((value, i) => {
      const [row, column] = [(i >> 3) & 7, i & 7];
      const sees = Math.abs(row - 3) <= 1 && Math.abs(column - 3) <= 1;
      expect(Number.isFinite(value)).toBe(!sees);
      if (!sees) expect(value).toBeCloseTo(plain.data[i], 4);
    });
  });

  test('gives the same bits whatever batch an example is in', () => {
    const x = normals(5 * 8 * 100);
    const whole = conv2d(tensor(x, { shape: [5, 8, 10, 10] }), layer.weight, layer.bias);
    for (let n = 0; n < 5; n++) {
      const own = conv2d(tensor(x.slice(n * 800, (n + 1) * 800), { shape: [1, 8, 10, 10] }), layer.weight, layer.bias);
      expect(own.data).toEqual(whole.data.slice(n * own.size, (n + 1) * own.size));
    }
  });
});

describe('threads', () => {
  afterAll(() => setThreads(1));
  test('one, two and three give the same bits', async () => {
    const x = normals(9 * 24 * 400);
    const results: number[][] = [];
    for (const count of [1, 2, 3]) {
      await setThreads(count);
      const input = tensor(x, { shape: [9, 24, 20, 20], requiresGrad: true });
      const layer = new Conv2D(24, 40, 3, { padding: 1, generator: new Generator(7) });
      const y = layer.forward(input);
      y.backward(mul(y.detach(), 0.3));
      results.push([...y.data, ...input.grad!.data, ...layer.weight.grad!.data]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });
});
