import { describe, expect, test } from 'vitest';
import { wasmKernels } from '../src/kernels/index.js';
import type { BinaryOperation, ConvSizes, Kernels, UnaryOperation } from '../src/kernels/kernels.js';
import { reference } from '../src/kernels/reference/index.js';
import type { AnyStorage } from '../src/kernels/storage.js';
import { broadcastShapes, broadcastStrides, sizeOf } from '../src/shape.js';
import { Maker } from './kernel-maker.js';
import { CHANNELS, CONVS, LINES, MATMULS, POOLS, pairs, SHAPES, WALKS } from './kernel-sizes.js';

/** Runs a kernel and returns what it wrote. */
type Case = (make: Maker, kernels: Kernels) => AnyStorage[];
type Cases = Record<string, Case>;
/** Every kernel has cases: the compiler names one that is missing. */
type Table = Record<Exclude<keyof Kernels, 'name' | 'allocate' | 'zeros' | 'allocateIndices'>, Cases>;

const LENGTHS = [1, 3, 4, 5, 7, 28, 1000];
const EDGES = [0, -0, Infinity, -Infinity, NaN, 1, -1, 3e38, 1e-40];
const UNARY: UnaryOperation[] = [
  'neg',
  'exp',
  'log',
  'sqrt',
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'gelu',
  'geluTanh',
  'softplus',
  'abs',
];
const BINARY: BinaryOperation[] = ['add', 'sub', 'mul', 'div', 'pow'];
const needsPositive = (operation: string) => operation === 'log' || operation === 'sqrt' || operation === 'pow';

function cases<T>(items: readonly T[], title: (item: T) => string, make: (item: T) => Case): Cases {
  return Object.fromEntries(items.map((item) => [title(item), make(item)]));
}

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
  gather: cases(LENGTHS, String, (n) => (make, k) => {
    const y = make.room(2 * n);
    k.gather(make.random(n), make.indices(Array.from({ length: 2 * n }, (_, i) => (i * 5) % n)), y);
    return [y];
  }),
  stripsAdd: cases(
    pairs(LENGTHS, [
      [0, 0],
      [2, 0],
      [0, 3],
    ]),
    String,
    ([n, [before, after]]) =>
      (make, k) => {
        const [x, y] = [make.random(3 * (n + before)), make.sum(3 * (n + after))];
        const [from, to] = [
          { first: before, step: n + before },
          { first: after, step: n + after },
        ];
        k.stripsAdd(x, y, { rows: 3, length: n, from, to });
        return [y];
      },
  ),
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
  moments: cases(CHANNELS, titleOf, (sizes) => (make, k) => {
    const [mean, variance] = [make.room(sizes.C), make.room(sizes.C)];
    k.moments(make.random(sizeOf(Object.values(sizes)), 4, 6), mean, variance, sizes);
    return [mean, variance];
  }),
  normalize: cases(
    pairs(CHANNELS, [true, false]),
    ([sizes, affine]) => `${titleOf(sizes)}${affine ? ' with weight and bias' : ''}`,
    ([sizes, affine]) =>
      (make, k) => {
        const n = sizeOf(Object.values(sizes));
        const statistics = { mean: make.random(sizes.C), variance: make.random(sizes.C, 0.1, 2) };
        const [weight, bias] = affine ? [make.random(sizes.C), make.random(sizes.C)] : [null, null];
        const y = make.room(n);
        k.normalize(make.random(n), statistics, weight, bias, y, { ...sizes, eps: 1e-3 });
        return [y];
      },
  ),
  normalizeGradient: cases(
    pairs(CHANNELS, [true, false]),
    ([sizes, fixed]) => `${titleOf(sizes)}${fixed ? ' with fixed statistics' : ''}`,
    ([sizes, fixed]) =>
      (make, k) => {
        const n = sizeOf(Object.values(sizes));
        const statistics = { mean: make.random(sizes.C), variance: make.random(sizes.C, 0.1, 2), fixed };
        const [x, weight, dy] = [make.random(n), make.random(sizes.C), make.random(n)];
        const [dx, alone, dweight, dbias] = [make.sum(n), make.sum(n), make.sum(sizes.C), make.sum(sizes.C)];
        const settings = { ...sizes, eps: 1e-3 };
        k.normalizeGradient(x, statistics, weight, dy, { dx, dweight, dbias }, settings);
        k.normalizeGradient(x, statistics, null, dy, { dx: alone, dweight: null, dbias: null }, settings);
        return [dx, alone, dweight, dbias];
      },
  ),
  dropoutAdd: {
    ...cases(
      pairs(LENGTHS, [0, 0.3, 1]),
      ([n, p]) => `${n} with probability ${p}`,
      ([n, p]) =>
        (make, k) => {
          const y = make.sum(n);
          k.dropoutAdd(make.random(n), y, { keys: [0xfedcba98, 7], p, run: 1 });
          return [y];
        },
    ),
    ...cases(
      [2, 3, 4, 9, 49],
      (run) => `20 runs of ${run}`,
      (run) => (make, k) => {
        const y = make.sum(20 * run);
        k.dropoutAdd(make.random(20 * run), y, { keys: [3, 0x89abcdef], p: 0.5, run });
        return [y];
      },
    ),
  },
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
  adam: cases(
    pairs([{}, { weightDecay: 0.1 }, { shrink: 0.01 }], [true, false]),
    ([settings, amsgrad]) => `${JSON.stringify(settings)}${amsgrad ? ' amsgrad' : ''}`,
    ([given, amsgrad]) =>
      (make, k) => {
        const betas = { beta1: 0.9, beta2: 0.99, eps: 1e-3 };
        const settings = { ...betas, stepSize: 0.05, correction: 0.6, weightDecay: 0, shrink: 0, ...given };
        const changed = [make.random(29), make.sum(29), make.random(29, 0, 2), make.random(29, 0, 2)];
        const [parameter, mean, square, largest] = changed;
        k.adam(parameter, make.random(29), mean, square, amsgrad ? largest : null, settings);
        return changed;
      },
  ),
  rmsprop: cases(
    pairs([{}, { weightDecay: 0.1 }, { momentum: 0.9 }], [true, false]),
    ([settings, centered]) => `${JSON.stringify(settings)}${centered ? ' centered' : ''}`,
    ([given, centered]) =>
      (make, k) => {
        const settings = { lr: 0.05, alpha: 0.9, eps: 1e-3, momentum: 0, weightDecay: 0, ...given };
        const changed = [make.random(29), make.random(29, 1, 2), make.random(29, -0.5, 0.5), make.sum(29)];
        const [parameter, square, mean, velocity] = changed;
        const moves = settings.momentum ? velocity : null;
        k.rmsprop(parameter, make.random(29), square, centered ? mean : null, moves, settings);
        return changed;
      },
  ),
  adadelta: cases([0, 0.1], String, (weightDecay) => (make, k) => {
    const changed = [make.random(29), make.random(29, 0, 2), make.random(29, 0, 2)];
    const [parameter, square, delta] = changed;
    k.adadelta(parameter, make.random(29), square, delta, { lr: 1, rho: 0.9, eps: 1e-3, weightDecay });
    return changed;
  }),
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
