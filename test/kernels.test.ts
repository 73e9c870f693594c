import { describe, expect, test } from 'vitest';
import { wasmKernels } from '../src/kernels/index.js';
import type {
  BinaryOperation,
  ConvSizes,
  Kernels,
  MatmulSizes,
  PoolSizes,
  UnaryOperation,
} from '../src/kernels/kernels.js';
import { reference } from '../src/kernels/reference/index.js';
import type { AnyStorage, DType, IndexStorage, Storage } from '../src/kernels/storage.js';
import { Generator } from '../src/random.js';
import { broadcastShapes, broadcastStrides, sizeOf, windowsAlong } from '../src/shape.js';

/** Makes the arguments of a kernel: the same numbers, whichever kernels and dtype. */
class Maker {
  readonly #generator = new Generator('kernels');
  constructor(
    readonly kernels: Kernels,
    readonly dtype: DType,
    /** Whether what is added to starts as zeros that nobody has written yet. */
    readonly fresh: boolean,
  ) {}

  given(values: ArrayLike<number>): Storage {
    const storage = this.kernels.allocate(this.dtype, values.length);
    storage.array.set(Float32Array.from(values));
    return storage;
  }

  /** Numbers from the normal distribution, or from [low, high). */
  random(length: number, low?: number, high?: number): Storage {
    const draw = () => (low === undefined ? this.#generator.normal() : this.#generator.uniform(low, high!));
    return this.given(Float32Array.from({ length }, draw));
  }

  /** A gradient as it comes out of ReLU and max pooling: mostly zeros. */
  sparse(length: number): Storage {
    return this.given(
      Float32Array.from({ length }, () => (this.#generator.uniform() < 0.2 ? this.#generator.normal() : 0)),
    );
  }

  /** Room for a result, filled with numbers that must not show. */
  room(length: number): Storage {
    return this.given(new Float32Array(length).fill(Number.NaN));
  }

  /** What a kernel adds to. */
  sum(length: number): Storage {
    return this.fresh ? this.kernels.zeros(this.dtype, length) : this.random(length);
  }

  indices(values: ArrayLike<number> | number): IndexStorage {
    const list = typeof values === 'number' ? new Int32Array(values).fill(-1) : Int32Array.from(values);
    const storage = this.kernels.allocateIndices(list.length);
    storage.array.set(list);
    return storage;
  }
}

/** Runs a kernel and returns what it wrote. */
type Case = (make: Maker, kernels: Kernels) => AnyStorage[];
type Cases = Record<string, Case>;
/** Every kernel has cases: the compiler names one that is missing. */
type Table = Record<Exclude<keyof Kernels, 'name' | 'allocate' | 'zeros' | 'allocateIndices'>, Cases>;

const LENGTHS = [1, 3, 4, 5, 7, 28, 1000];
const EDGES = [0, -0, Infinity, -Infinity, NaN, 1, -1, 3e38, 1e-40];
const UNARY: UnaryOperation[] = ['neg', 'exp', 'log', 'sqrt', 'relu', 'leakyRelu', 'sigmoid', 'tanh'];
const BINARY: BinaryOperation[] = ['add', 'sub', 'mul', 'div', 'pow'];
const needsPositive = (operation: string) => operation === 'log' || operation === 'sqrt' || operation === 'pow';

function cases<T>(items: readonly T[], title: (item: T) => string, make: (item: T) => Case): Cases {
  return Object.fromEntries(items.map((item) => [title(item), make(item)]));
}

const pairs = <A, B>(as: readonly A[], bs: readonly B[]) => as.flatMap((a) => bs.map((b): [A, B] => [a, b]));

const SHAPES: [number[], number[]][] = [
  [[5], [5]],
  [[28], [1]],
  [[], [7]],
  [
    [3, 5, 7],
    [5, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 5],
  ],
  [
    [7, 1, 3],
    [1, 5, 3],
  ],
  [
    [4, 8, 6],
    [8, 6],
  ],
];

const WALKS: { shape: number[]; strides: number[]; length: number }[] = [
  { shape: [1000], strides: [1], length: 1000 },
  { shape: [3000], strides: [0], length: 1 },
  { shape: [5, 3, 49], strides: [0, 1, 0], length: 3 },
  { shape: [7, 10], strides: [0, 1], length: 10 },
  { shape: [3, 5, 7], strides: [1, 21, 3], length: 105 },
  { shape: [2, 3, 1, 5], strides: [3, 1, 3, 0], length: 6 },
  { shape: [], strides: [], length: 1 },
];

const LINES = [
  { outer: 1, length: 1, inner: 1 },
  { outer: 3, length: 10, inner: 1 },
  { outer: 2, length: 5, inner: 7 },
  { outer: 4, length: 28, inner: 3 },
];

const MATMULS: MatmulSizes[] = [
  ...pairs([1, 3, 4, 5, 9], [1, 3, 10]).map(([M, N]) => ({ M, N, K: 7 })),
  { M: 8, K: 1, N: 28 },
  { M: 6, K: 2100, N: 5 },
  { M: 13, K: 1030, N: 19 },
  { M: 3, K: 5, N: 7, batchA: [0, 0, 1], batchB: [0, 1, 1], batchY: [2, 1, 2] },
].flatMap((sizes) =>
  pairs([false, true], [false, true]).map(([transposeA, transposeB]) => ({ ...sizes, transposeA, transposeB })),
);

type Window = Partial<ConvSizes> & { H: number; W: number; kernelH: number; kernelW: number };

function conv(given: Window): ConvSizes {
  const s = {
    N: 2,
    C: 1,
    O: 1,
    groups: 1,
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    padTop: 0,
    padLeft: 0,
    ...given,
  };
  const outH = windowsAlong(s.H, s.kernelH, s.strideH, 2 * s.padTop, s.dilationH);
  const outW = windowsAlong(s.W, s.kernelW, s.strideW, 2 * s.padLeft, s.dilationW);
  return { ...s, outH, outW };
}

const CONVS = [
  { H: 1, W: 1, kernelH: 1, kernelW: 1 },
  { H: 3, W: 5, kernelH: 3, kernelW: 3, C: 3, O: 5, padTop: 1, padLeft: 1 },
  { H: 28, W: 28, kernelH: 5, kernelW: 5, O: 8, padTop: 2, padLeft: 2, N: 1 },
  { H: 14, W: 14, kernelH: 5, kernelW: 5, C: 8, O: 16, padTop: 2, padLeft: 2 },
  { H: 12, W: 12, kernelH: 3, kernelW: 3, C: 8, O: 16, N: 3 },
  { H: 7, W: 9, kernelH: 3, kernelW: 5, C: 4, O: 7, strideH: 2, strideW: 3, padTop: 1 },
  { H: 10, W: 11, kernelH: 3, kernelW: 2, C: 2, O: 9, dilationH: 2, dilationW: 3, padLeft: 2 },
  { H: 9, W: 8, kernelH: 3, kernelW: 3, C: 6, O: 12, groups: 3, strideW: 2, dilationW: 2, padLeft: 1 },
  { H: 7, W: 7, kernelH: 3, kernelW: 3, C: 5, O: 5, groups: 5, padTop: 1, padLeft: 1 },
  { H: 9, W: 12, kernelH: 3, kernelW: 3, O: 6, dilationH: 2, dilationW: 2, strideH: 2, padLeft: 2 },
  { H: 7, W: 5, kernelH: 3, kernelW: 3, C: 18, O: 7, padTop: 1 },
  { H: 6, W: 9, kernelH: 2, kernelW: 3, C: 32, O: 6, groups: 2, padTop: 1, padLeft: 2 },
  { H: 6, W: 5, kernelH: 1, kernelW: 1, C: 33, O: 10 },
  { H: 8, W: 8, kernelH: 4, kernelW: 4, C: 13, O: 3, strideH: 3, strideW: 3 },
  { H: 5, W: 4, kernelH: 2, kernelW: 7, C: 12, O: 4, padTop: 3, padLeft: 4 },
].map(conv);

const POOLS = [
  ...[1, 3, 5, 7, 28].map((size) => ({ H: size + 1, W: size + 2, kernelH: 2, kernelW: 2, strideH: 2, strideW: 2 })),
  { H: 9, W: 7, kernelH: 3, kernelW: 3, strideH: 2, strideW: 1, padTop: 1, padLeft: 1 },
  { H: 28, W: 28, kernelH: 5, kernelW: 2, strideH: 3, strideW: 5 },
].map((given): PoolSizes => {
  const { padTop, padLeft, outH, outW, H, W, kernelH, kernelW, strideH, strideW } = conv(given);
  return { planes: 3, H, W, kernelH, kernelW, strideH, strideW, padTop, padLeft, outH, outW };
});

const titleOf = (sizes: object) => Object.values(sizes).map(String).join(' ');
const imagesOf = (s: ConvSizes) => s.N * s.C * s.H * s.W;
const weightsOf = (s: ConvSizes) => ((s.O * s.C) / s.groups) * s.kernelH * s.kernelW;
const outputsOf = (s: ConvSizes) => s.N * s.O * s.outH * s.outW;

function walkOf([a, b]: [number[], number[]]) {
  const shape = broadcastShapes('test', a, b);
  return { shape, stridesA: broadcastStrides(a, shape), stridesB: broadcastStrides(b, shape) };
}

function softmaxGradientCases(name: 'softmaxGradient' | 'logSoftmaxGradient', low: number, high: number): Cases {
  return cases(LINES, titleOf, (sizes) => (make, k) => {
    const n = sizeOf(Object.values(sizes));
    const dx = make.sum(n);
    k[name](make.random(n, low, high), make.random(n), dx, sizes);
    return [dx];
  });
}

function softmaxCases(name: 'softmax' | 'logSoftmax'): Cases {
  return cases(LINES, titleOf, (sizes) => (make, k) => {
    const n = sizeOf(Object.values(sizes));
    const y = make.room(n);
    k[name](make.random(n, -20, 20), y, sizes);
    return [y];
  });
}

const TABLE: Table = {
  unary: {
    ...cases(
      pairs(UNARY, LENGTHS),
      ([operation, n]) => `${operation} ${n}`,
      ([operation, n]) =>
        (make, k) => {
          const y = make.room(n);
          k.unary(operation, make.random(n, needsPositive(operation) ? 0 : -9, 9), y, 0.1);
          return [y];
        },
    ),
    ...cases(
      UNARY,
      (operation) => `${operation} of edges`,
      (operation) => (make, k) => {
        const y = make.room(EDGES.length);
        k.unary(operation, make.given(EDGES), y, 0.1);
        return [y];
      },
    ),
  },
  unaryGradient: {
    ...cases(
      pairs(UNARY, LENGTHS),
      ([operation, n]) => `${operation} ${n}`,
      ([operation, n]) =>
        (make, k) => {
          const dx = make.sum(n);
          k.unaryGradient(
            operation,
            make.random(n, needsPositive(operation) ? 0.1 : -3, 3),
            make.random(n, 0.1, 1),
            make.random(n),
            dx,
            0.1,
          );
          return [dx];
        },
    ),
    'relu of edges': (make, k) => {
      const dx = make.sum(EDGES.length);
      k.unaryGradient('relu', make.given(EDGES), make.given(EDGES), make.random(EDGES.length), dx, 0);
      return [dx];
    },
  },
  binary: cases(
    pairs(BINARY, SHAPES),
    ([operation, shapes]) => `${operation} ${shapes.map(String).join(' by ')}`,
    ([operation, shapes]) =>
      (make, k) => {
        const walk = walkOf(shapes);
        const y = make.room(sizeOf(walk.shape));
        const low = needsPositive(operation) ? 0.1 : -3;
        k.binary(operation, make.random(sizeOf(shapes[0]), low, 3), make.random(sizeOf(shapes[1]), low, 3), y, walk);
        return [y];
      },
  ),
  binaryGradient: cases(
    pairs(BINARY, SHAPES),
    ([operation, shapes]) => `${operation} ${shapes.map(String).join(' by ')}`,
    ([operation, shapes]) =>
      (make, k) => {
        const walk = walkOf(shapes);
        const [da, db, onlyB] = [make.sum(sizeOf(shapes[0])), make.sum(sizeOf(shapes[1])), make.sum(sizeOf(shapes[1]))];
        const [a, b] = [make.random(sizeOf(shapes[0]), 0.3, 3), make.random(sizeOf(shapes[1]), 0.3, 3)];
        const dy = make.random(sizeOf(walk.shape));
        k.binaryGradient(operation, a, b, dy, da, db, walk);
        k.binaryGradient(operation, a, b, dy, null, onlyB, walk);
        return [da, db, onlyB];
      },
  ),
  reduceAdd: cases(
    WALKS,
    ({ shape }) => `[${shape}]`,
    (walk) => (make, k) => {
      const y = make.sum(walk.length);
      k.reduceAdd(make.random(sizeOf(walk.shape)), y, walk, 0.5);
      return [y];
    },
  ),
  spreadAdd: cases(
    WALKS,
    ({ shape }) => `[${shape}]`,
    (walk) => (make, k) => {
      const y = make.sum(sizeOf(walk.shape));
      k.spreadAdd(make.random(walk.length), y, walk, 0.5);
      return [y];
    },
  ),
  max: {
    ...cases(LINES, titleOf, (sizes) => (make, k) => {
      const n = sizes.outer * sizes.inner;
      const [y, indices] = [make.room(n), make.indices(n)];
      k.max(make.random(n * sizes.length), y, indices, sizes);
      return [y, indices];
    }),
    'of equals and NaN': (make, k) => {
      const [y, indices] = [make.room(2), make.indices(2)];
      k.max(make.given([1, 3, 3, -Infinity, 5, NaN, Infinity, NaN]), y, indices, { outer: 2, length: 4, inner: 1 });
      return [y, indices];
    },
  },
  scatterAdd: cases(LENGTHS, String, (n) => (make, k) => {
    const y = make.sum(n);
    k.scatterAdd(make.random(2 * n), make.indices(Array.from({ length: 2 * n }, (_, i) => (i * 5) % n)), y);
    return [y];
  }),
  matmulAdd: cases(MATMULS, titleOf, (sizes) => (make, k) => {
    const { M, K, N } = sizes;
    const y = make.sum(3 * M * N);
    k.matmulAdd(make.random(2 * M * K), make.random(2 * K * N), y, sizes);
    return [y];
  }),
  softmax: softmaxCases('softmax'),
  softmaxGradient: softmaxGradientCases('softmaxGradient', 0, 1),
  logSoftmax: softmaxCases('logSoftmax'),
  logSoftmaxGradient: softmaxGradientCases('logSoftmaxGradient', -9, 0),
  crossEntropy: cases(
    pairs([1, 3, 10], [0, 0.1]),
    ([classes, smoothing]) => `${classes} ${smoothing}`,
    ([classes, smoothing]) =>
      (make, k) => {
        const [losses, probabilities] = [make.room(5), make.room(5 * classes)];
        const labels = make.indices([0, 1, 2, 3, 4].map((i) => i % classes));
        k.crossEntropy(make.random(5 * classes, -30, 30), labels, losses, probabilities, classes, smoothing);
        return [losses, probabilities];
      },
  ),
  crossEntropyGradient: cases(
    pairs([1, 3, 10], [0, 0.1]),
    ([classes, smoothing]) => `${classes} ${smoothing}`,
    ([classes, smoothing]) =>
      (make, k) => {
        const dlogits = make.sum(5 * classes);
        const labels = make.indices([0, 1, 2, 3, 4].map((i) => i % classes));
        k.crossEntropyGradient(make.random(5 * classes, 0, 1), labels, make.random(5), dlogits, classes, smoothing);
        return [dlogits];
      },
  ),
  conv2d: cases(
    CONVS.flatMap((s) =>
      pairs(['random', 'sparse'] as const, [true, false]).map(([kind, bias]) => ({ s, kind, bias })),
    ),
    ({ s, kind, bias }) => `${kind} ${titleOf(s)}${bias ? ' with bias' : ''}`,
    ({ s, kind, bias }) =>
      (make, k) => {
        const y = make.room(outputsOf(s));
        k.conv2d(make[kind](imagesOf(s)), make.random(weightsOf(s)), bias ? make.random(s.O) : null, y, s);
        return [y];
      },
  ),
  conv2dGradInput: cases(
    pairs(CONVS, ['random', 'sparse'] as const),
    ([s, kind]) => `${kind} ${titleOf(s)}`,
    ([s, kind]) =>
      (make, k) => {
        const dx = make.sum(imagesOf(s));
        k.conv2dGradInput(make[kind](outputsOf(s)), make.random(weightsOf(s)), dx, s);
        return [dx];
      },
  ),
  conv2dGradWeight: cases(
    pairs(CONVS, ['random', 'sparse'] as const),
    ([s, kind]) => `${kind} ${titleOf(s)}`,
    ([s, kind]) =>
      (make, k) => {
        const dweight = make.sum(weightsOf(s));
        k.conv2dGradWeight(make.random(imagesOf(s)), make[kind](outputsOf(s)), dweight, s);
        return [dweight];
      },
  ),
  maxPool2d: {
    ...cases(
      pairs(POOLS, ['random', 'sparse'] as const),
      ([s, kind]) => `${kind} ${titleOf(s)}`,
      ([s, kind]) =>
        (make, k) => {
          const n = s.planes * s.outH * s.outW;
          const [y, indices] = [make.room(n), make.indices(n)];
          k.maxPool2d(make[kind](s.planes * s.H * s.W), y, indices, s);
          return [y, indices];
        },
    ),
    'of NaN and Infinity': (make, k) => {
      const s = { ...POOLS[2], planes: 40 };
      const n = s.planes * s.outH * s.outW;
      const [y, indices] = [make.room(n), make.indices(n)];
      const values = [NaN, 1, -Infinity, Infinity, -1];
      k.maxPool2d(
        make.given(Array.from({ length: s.planes * s.H * s.W }, (_, i) => values[(i * i * 7 + (i >> 3)) % 11] ?? 0)),
        y,
        indices,
        s,
      );
      return [y, indices];
    },
  },
  maxPool2dGradient: cases(POOLS, titleOf, (s) => (make, k) => {
    const n = s.planes * s.outH * s.outW;
    const [y, indices, dx] = [make.room(n), make.indices(n), make.random(s.planes * s.H * s.W)];
    k.maxPool2d(make.random(s.planes * s.H * s.W), y, indices, s);
    k.maxPool2dGradient(make.random(n), indices, dx, s);
    return [dx];
  }),
  avgPool2d: cases(POOLS, titleOf, (s) => (make, k) => {
    const y = make.room(s.planes * s.outH * s.outW);
    k.avgPool2d(make.random(s.planes * s.H * s.W), y, s);
    return [y];
  }),
  avgPool2dGradient: cases(POOLS, titleOf, (s) => (make, k) => {
    const dx = make.sum(s.planes * s.H * s.W);
    k.avgPool2dGradient(make.random(s.planes * s.outH * s.outW), dx, s);
    return [dx];
  }),
  sgd: cases(
    pairs(
      [{}, { momentum: 0.9 }, { momentum: 0.9, nesterov: true }, { momentum: 0.5, dampening: 0.1, weightDecay: 0.01 }],
      [true, false],
    ),
    ([settings, first]) => `${JSON.stringify(settings)}${first ? ' first' : ''}`,
    ([given, first]) =>
      (make, k) => {
        const settings = { lr: 0.05, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...given, first };
        const [parameter, velocity] = [make.random(29), make.sum(29)];
        k.sgd(parameter, make.random(29), settings.momentum ? velocity : null, settings);
        return [parameter, velocity];
      },
  ),
};

const TOLERANCE = 3e-5;

function expectClose(got: AnyStorage, wanted: AnyStorage, tolerance: number): void {
  expect(got.length).toBe(wanted.length);
  const [a, b] = [got.array, wanted.array];
  let scale = 1;
  for (const value of b) if (Number.isFinite(value)) scale = Math.max(scale, Math.min(100, Math.abs(value)));
  for (let i = 0; i < a.length; i++) {
    // Beyond float32's range, the largest numbers are infinite.
    if (Object.is(a[i], b[i]) || a[i] === Math.fround(b[i])) continue;
    const error = Math.abs(a[i] - b[i]) / Math.max(scale, Math.abs(b[i]));
    if (!(error <= tolerance)) expect.fail(`element ${i}: expected ${b[i]}, got ${a[i]}`);
  }
}

for (const [kernel, list] of Object.entries(TABLE)) {
  describe(`${kernel}, float32 against float64 reference, relative error at most ${TOLERANCE}`, () => {
    test.each(Object.keys(list))('%s', (title) => {
      for (const fresh of [true, false]) {
        const wanted = list[title](new Maker(reference, 'float64', fresh), reference);
        for (const kernels of [reference, wasmKernels()]) {
          const got = list[title](new Maker(kernels, 'float32', fresh), kernels);
          got.forEach((storage, i) => {
            expectClose(storage, wanted[i], TOLERANCE);
          });
        }
      }
    });
  });
}
