import { afterAll, describe, expect, test } from 'vitest';
import { allocate, zeros } from '../src/autograd/backend.js';
import { newArray, Storage } from '../src/autograd/storage.js';
import { Generator, setThreads } from '../src/index.js';
import { type ConvSizes, conv2dKernels } from '../src/ops/conv2d.js';
import { windowsAlong } from '../src/shape.js';

// The kernels know kinds of convolutions that each take another way. Every kind against the definition in float64, at awkward
// sizes, with infinities and NaN, and on one thread and several.

type Given = { C: number; H: number } & Partial<ConvSizes>;

/** The sizes of a convolution of squares, unless said otherwise; null where the filter does not fit. */
function sizesOf({ kernelH = 3, strideH = 1, dilationH = 1, padTop = 0, ...given }: Given): ConvSizes | null {
  const s = {
    N: 2,
    W: given.H,
    O: given.C,
    groups: 1,
    kernelH,
    kernelW: kernelH,
    strideH,
    strideW: strideH,
    dilationH,
    dilationW: dilationH,
    padTop,
    padLeft: padTop,
    ...given,
  };
  const reach = (kernel: number, dilation: number) => (kernel - 1) * dilation + 1;
  if (s.H + 2 * s.padTop < reach(s.kernelH, s.dilationH) || s.W + 2 * s.padLeft < reach(s.kernelW, s.dilationW)) {
    return null;
  }
  const outH = windowsAlong(s.H, s.kernelH, s.strideH, 2 * s.padTop, s.dilationH);
  const outW = windowsAlong(s.W, s.kernelW, s.strideW, 2 * s.padLeft, s.dilationW);
  return { ...s, outH, outW };
}

const generator = new Generator('kinds of convolutions');
const random = (length: number) => Float32Array.from({ length }, () => generator.normal());

/** Numbers for x, weight, bias, dy and what gradients are added to. */
function numbersFor(s: ConvSizes) {
  return {
    x: random(s.N * s.C * s.H * s.W),
    weight: random(((s.O * s.C) / s.groups) * s.kernelH * s.kernelW),
    bias: random(s.O),
    dy: random(s.N * s.O * s.outH * s.outW),
    before: random(s.N * s.C * s.H * s.W),
  };
}
type Numbers = ReturnType<typeof numbersFor>;

const PASSES = ['forward', 'gradInput', 'gradWeight'] as const;
type Pass = (typeof PASSES)[number];

/** What a pass gives, by the kernels in float32 or by the definition in float64; gradients are added to what is there. */
function compute(pass: Pass, n: Numbers, s: ConvSizes, by: 'kernels' | 'definition', fresh = false): Storage {
  const make = (values: ArrayLike<number>) => {
    const wide = by === 'definition';
    const storage = wide ? new Storage(newArray('float64', values.length)) : allocate('float32', values.length);
    storage.array.set(values);
    return storage;
  };
  const sum = (values: Float32Array) => {
    if (!fresh) return make(values);
    return by === 'kernels' ? zeros('float32', values.length) : make(new Float32Array(values.length));
  };
  const kernels = by === 'kernels' ? conv2dKernels : conv2dKernels.definition;
  const [x, weight, dy] = [make(n.x), make(n.weight), make(n.dy)];
  if (pass === 'forward') {
    const y = make(new Float32Array(n.dy.length).fill(Number.NaN));
    kernels.forward(x, weight, make(n.bias), y, s);
    return y;
  }
  const target = pass === 'gradInput' ? sum(n.before) : sum(n.weight);
  if (pass === 'gradInput') kernels.gradInput(dy, weight, target, s);
  else kernels.gradWeight(x, dy, target, s);
  return target;
}

function expectSame(got: Storage, wanted: Storage, tolerance: number, what: string): void {
  const [a, b] = [got.array, wanted.array];
  const scale = Math.max(1, ...Array.from(b, (value) => (Number.isFinite(value) ? Math.abs(value) : 0)));
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i]) || Math.abs(a[i] - b[i]) <= tolerance * scale) continue;
    expect.fail(`${what}, element ${i}: expected ${b[i]}, got ${a[i]}`);
  }
}

function checkAll(list: readonly ConvSizes[], tolerance: number): void {
  for (const s of list) {
    const numbers = numbersFor(s);
    for (const pass of PASSES) {
      for (const fresh of pass === 'forward' ? [false] : [false, true]) {
        const wanted = compute(pass, numbers, s, 'definition', fresh);
        expectSame(compute(pass, numbers, s, 'kernels', fresh), wanted, tolerance, `${pass} ${JSON.stringify(s)}`);
      }
    }
  }
}

/** Each pass with one number after another made an infinity or NaN. */
function checkSpecial(list: readonly ConvSizes[], passes: readonly Pass[]): void {
  for (const s of list) {
    for (const [i, value] of [Infinity, -Infinity, Number.NaN, Infinity, Infinity, -Infinity].entries()) {
      for (const name of ['x', 'weight', 'dy', 'before'] as const) {
        const numbers = numbersFor(s);
        const { length } = numbers[name];
        // The first, the last, and some between.
        numbers[name][i === 0 ? 0 : i === 1 ? length - 1 : generator.integer(length)] = value;
        for (const pass of passes) {
          const wanted = compute(pass, numbers, s, 'definition');
          const what = `${pass} ${JSON.stringify(s)}, ${value} in ${name}`;
          expectSame(compute(pass, numbers, s, 'kernels'), wanted, 1e-4, what);
        }
      }
    }
  }
}

const isSizes = (s: ConvSizes | null): s is ConvSizes => s !== null;
const SIDES = [1, 3, 5, 7, 10, 26, 28];

const depthwise = [1, 2, 3].flatMap((strideH) =>
  [3, 5].flatMap((kernelH) =>
    SIDES.flatMap((H, i) =>
      Array.from({ length: kernelH + 1 }, (_, padTop) => {
        // Of batches, channels and filters for each, what the others leave room for.
        const [N, C] = [
          [33, 2],
          [3, 5],
          [1, 7],
        ][(i + padTop) % 3];
        const O = C * (1 + ((i + strideH + padTop) % 3));
        return sizesOf({ N, C, O, groups: C, H, kernelH, strideH, padTop });
      }),
    ),
  ),
);
const unlike = [
  { C: 4, groups: 4, H: 9, W: 6, kernelH: 3, dilationH: 2, padTop: 2 },
  { C: 3, groups: 3, O: 9, H: 12, W: 17, kernelH: 2, kernelW: 5, strideH: 3, strideW: 2, dilationH: 2, dilationW: 3 },
  { C: 3, groups: 3, H: 5, W: 11, kernelH: 4, kernelW: 1, padTop: 3, padLeft: 2, strideW: 4 },
  { C: 2, groups: 2, H: 8, W: 8, kernelH: 1, strideH: 5, padTop: 1 },
  { C: 1, O: 2, H: 1, W: 40, kernelH: 1, kernelW: 7, padLeft: 3 },
].map(sizesOf);
const DEPTHWISE = [...depthwise, ...unlike].filter(isSizes);
/** Strides and filters too large for the kernel of its own. */
const beyond = [
  { C: 2, groups: 2, H: 20, W: 20, kernelH: 2, strideH: 9, strideW: 8 },
  { C: 2, groups: 2, H: 15, W: 14, kernelH: 12, kernelW: 11, padTop: 4 },
].map(sizesOf);

describe('depthwise convolutions', () => {
  test('of every size are the definition, to 2e-6 of the largest', () => {
    expect(DEPTHWISE.length).toBeGreaterThan(150);
    checkAll([...DEPTHWISE, ...beyond.filter(isSizes)], 2e-6);
  });

  test('have infinities and NaN where the definition has them', () => {
    checkSpecial([...DEPTHWISE.filter(({ H }) => H === 5), ...unlike.filter(isSizes)], ['forward', 'gradInput']);
  });
});

/** From 8 channels, stride and dilation 1: where dy has few zeros, the gradient to the input is computed like a forward pass. */
const TURNED = [1, 2, 5, 7]
  .flatMap((kernelH) =>
    SIDES.flatMap((H, i) =>
      [0, kernelH >> 1, kernelH - 1].map((padTop, j) => {
        const groups = 1 + ((i + j) % 2);
        const [C, O] = [[8, 9, 17][(i + j) % 3] * groups, [1, 8, 3, 20][(i + kernelH) % 4] * groups];
        const N = H < 6 && j === 0 ? 33 : [1, 3][j % 2];
        return sizesOf({
          N,
          C,
          O,
          groups,
          H,
          W: H + (j % 2),
          kernelH,
          kernelW: Math.max(1, kernelH - (i % 2)),
          padTop,
        });
      }),
    ),
  )
  .concat([
    sizesOf({ C: 9, O: 45, H: 6, kernelH: 5, padTop: 2 }), // Sums of 1,125 terms: taken in parts.
    sizesOf({ C: 9, O: 6, H: 6, kernelH: 5, padTop: 6 }), // More padding than filter: by lists.
  ])
  .filter(isSizes);

describe('convolutions of 8 channels or more', () => {
  test('of every size are the definition, to 3e-6 of the largest', () => {
    expect(TURNED.length).toBeGreaterThan(60);
    checkAll(TURNED, 3e-6);
  });

  test('whatever share of dy is zero', () => {
    for (const share of [0, 0.5, 0.6, 0.64, 0.66, 0.7, 1]) {
      for (const s of TURNED.filter(({ H, groups }) => H === 7 && groups === 1)) {
        const numbers = numbersFor(s);
        numbers.dy = numbers.dy.map((value) => (generator.uniform() < share ? value : 0));
        for (const pass of ['gradInput', 'gradWeight'] as const) {
          const wanted = compute(pass, numbers, s, 'definition');
          expectSame(
            compute(pass, numbers, s, 'kernels'),
            wanted,
            3e-6,
            `${pass} ${JSON.stringify(s)}, share ${share}`,
          );
        }
      }
    }
  });

  test('have infinities and NaN in the gradient to the input where the definition has them', () => {
    checkSpecial(
      TURNED.filter(({ H, C, groups }) => H === 5 && C / groups === 8),
      ['gradInput'],
    );
  });
});

/** Filters of a pixel, and whatever else is a product: strides with dilations, whose pixels are of several remainders. */
const PRODUCTS = [5, 7, 10, 26]
  .flatMap((H, i) => [
    sizesOf({ N: [33, 3, 1, 3][i], C: 4 + 5 * i, O: [4, 17, 12, 33][i], H, kernelH: 1 }),
    sizesOf({ N: [3, 1, 33, 1][i], C: [3, 6, 8, 12][i], O: [16, 12, 24, 4][i], H, strideH: 2, padTop: 1 }),
    sizesOf({ C: 5, O: 8, H: H + 5, strideH: 1 + (i % 3), dilationH: 2 + (i % 2), padTop: i }),
    sizesOf({ N: 3, C: 6, O: 24, groups: 2, H, strideH: 1, strideW: 3, dilationH: 1, dilationW: 2, padTop: 2 }),
  ])
  .concat(sizesOf({ C: 180, O: 12, H: 6, padTop: 1, strideH: 2, kernelH: 5 })) // Sums of 4,500 terms: taken in parts.
  .concat(sizesOf({ N: 5, C: 3, O: 4, H: 40, padTop: 1 })) // Longer than one part of the gradient to the weights.
  .filter(isSizes);

describe('convolutions that are matrix products', () => {
  test('of every size are the definition, to 3e-6 of the largest', () => {
    expect(PRODUCTS.length).toBe(18);
    checkAll(PRODUCTS, 3e-6);
  });

  test('of a pixel have infinities and NaN where the definition has them', () => {
    checkSpecial(
      PRODUCTS.filter(({ kernelH, N }) => kernelH === 1 && N < 33),
      PASSES,
    );
  });

  test('whatever share is zero', () => {
    for (const share of [0, 0.44, 0.46, 0.6, 0.64, 0.66, 1]) {
      for (const s of PRODUCTS.filter(({ H }) => H === 7)) {
        const numbers = numbersFor(s);
        for (const name of ['x', 'dy'] as const) {
          numbers[name] = numbers[name].map((value) => (generator.uniform() < share ? value : 0));
        }
        for (const pass of PASSES) {
          const wanted = compute(pass, numbers, s, 'definition');
          const what = `${pass} ${JSON.stringify(s)}, share ${share}`;
          expectSame(compute(pass, numbers, s, 'kernels'), wanted, 3e-6, what);
        }
      }
    }
  });
});

const BITS = [
  { N: 3, C: 48, groups: 48, H: 28, padTop: 1 },
  { N: 1, C: 64, groups: 64, O: 128, H: 26, padTop: 2, kernelH: 5, strideH: 2 },
  { N: 5, C: 9, O: 12, H: 15, padTop: 2, kernelH: 5 },
  { N: 7, C: 40, O: 24, H: 15, kernelH: 1 },
  { N: 7, C: 12, O: 20, H: 25, strideH: 2, dilationH: 3, padTop: 2 },
]
  .map(sizesOf)
  .filter(isSizes);

describe('threads', () => {
  afterAll(() => setThreads(1));

  test('change no bit of any pass', async () => {
    const numbers = BITS.map(numbersFor);
    const bits: number[][] = [];
    for (const count of [1, 2, 3]) {
      await setThreads(count);
      bits.push(BITS.flatMap((s, i) => PASSES.flatMap((pass) => [...compute(pass, numbers[i], s, 'kernels').array])));
    }
    expect(bits[1]).toEqual(bits[0]);
    expect(bits[2]).toEqual(bits[0]);
  });
});
