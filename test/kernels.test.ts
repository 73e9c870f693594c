import { describe, expect, test } from 'vitest';
import { accumulateKernels } from '../src/autograd/accumulate.js';
import { installed } from '../src/autograd/backend.js';
import { define } from '../src/autograd/define.js';
import type { AnyStorage, Storage } from '../src/autograd/storage.js';
import { argmaxKernels } from '../src/ops/argmax.js';
import { type BinaryName, type binaryDefinition, binaryKernels } from '../src/ops/arithmetic.js';
import { bceLossKernels } from '../src/ops/bceLoss.js';
import { broadcastKernels } from '../src/ops/broadcast.js';
import { clampKernels } from '../src/ops/clamp.js';
import { compareKernels } from '../src/ops/compare.js';
import { type ConvSizes, conv2dKernels } from '../src/ops/conv2d.js';
import { crossEntropyKernels } from '../src/ops/crossEntropy.js';
import { dropoutKernels } from '../src/ops/dropout.js';
import { type UnaryName, type unaryDefinition, unaryKernels } from '../src/ops/elementwise.js';
import { eluKernels } from '../src/ops/elu.js';
import { gatherKernels } from '../src/ops/gather.js';
import { matmulKernels } from '../src/ops/matmul.js';
import { maximumKernels, minimumKernels } from '../src/ops/maximum.js';
import { nllLossKernels } from '../src/ops/nllLoss.js';
import { normKernels } from '../src/ops/norm.js';
import { normalizeKernels } from '../src/ops/normalize.js';
import { avgPool2dKernels, maxPool2dKernels } from '../src/ops/pool2d.js';
import { maxKernels } from '../src/ops/reduce.js';
import { resampleKernels } from '../src/ops/resample.js';
import { sliceKernels } from '../src/ops/slice.js';
import { logSoftmaxKernels, softmaxKernels } from '../src/ops/softmax.js';
import { chosenKernels, otherKernels } from '../src/ops/where.js';
import { adadeltaKernels } from '../src/optim/adadelta.js';
import { adamKernels } from '../src/optim/adam.js';
import { rmspropKernels } from '../src/optim/rmsprop.js';
import { sgdKernels } from '../src/optim/sgd.js';
import { broadcastShapes, broadcastStrides, sizeOf } from '../src/shape.js';
import { Maker } from './kernel-maker.js';
import { allDefinitions } from './kernel-modules.js';
import { AXES, CHANNELS, CONVS, MATMULS, POOLS, pairs, SHAPES, VIEWS } from './kernel-sizes.js';

/** Runs a kernel, as it dispatches or as it is defined, and returns what it wrote. */
type Case<Parts> = (make: Maker, kernels: Parts) => AnyStorage[];
type Cases<Parts> = Record<string, Case<Parts>>;
interface Row {
  name: string;
  part: string;
  cases: Cases<never>;
  dispatching: object;
  definition: object;
}

/** Rows for the parts of a definition; the compiler names one that is missing. */
function rows<Parts extends object>(
  kernels: Parts & { name: string; definition: Parts },
  parts: { [Part in keyof Omit<Parts, 'name' | 'definition'>]: Cases<Parts> },
): Row[] {
  return Object.entries<Cases<Parts>>(parts).map(([part, list]) => {
    return {
      name: kernels.name,
      part,
      cases: list as Cases<never>,
      dispatching: kernels,
      definition: kernels.definition,
    };
  });
}

const LENGTHS = [1, 3, 4, 5, 7, 28, 1000];
const EDGES = [0, -0, Infinity, -Infinity, NaN, 1, -1, 3e38, 1e-40];
const needsPositive = (operation: string) => operation === 'log' || operation === 'sqrt' || operation === 'pow';

function cases<T, Parts>(
  items: readonly T[],
  title: (item: T) => string,
  make: (item: T) => Case<Parts>,
): Cases<Parts> {
  return Object.fromEntries(items.map((item) => [title(item), make(item)]));
}

const titleOf = (sizes: object) => Object.values(sizes).map(String).join(' ');
const imagesOf = (s: ConvSizes) => s.N * s.C * s.H * s.W;
const weightsOf = (s: ConvSizes) => ((s.O * s.C) / s.groups) * s.kernelH * s.kernelW;
const outputsOf = (s: ConvSizes) => s.N * s.O * s.outH * s.outW;

function broadcastOf([a, b]: [number[], number[]]) {
  const shape = broadcastShapes('test', a, b);
  return { shape, stridesA: broadcastStrides(a, shape), stridesB: broadcastStrides(b, shape) };
}

function unaryRows<P>(kernels: ReturnType<typeof unaryDefinition<string, P>>, parameter: P): Row[] {
  type Parts = (typeof kernels)['definition'];
  const { name } = kernels;
  const [low, high] = needsPositive(name) ? [0, 9] : [-9, 9];
  return rows<Parts>(kernels, {
    forward: {
      ...cases(LENGTHS, String, (n) => (make, k) => {
        const y = make.room(n);
        k.forward(make.random(n, low, high), y, parameter);
        return [y];
      }),
      'of edges': (make, k) => {
        const y = make.room(EDGES.length);
        k.forward(make.given(EDGES), y, parameter);
        return [y];
      },
    },
    backward: {
      ...cases(LENGTHS, String, (n) => (make, k) => {
        const dx = make.sum(n);
        const x = make.random(n, needsPositive(name) ? 0.1 : -3, 3);
        k.backward(x, make.random(n, 0.1, 1), make.random(n), dx, parameter);
        return [dx];
      }),
      ...(name === 'relu' && {
        'of edges': (make: Maker, k: Parts) => {
          const dx = make.sum(EDGES.length);
          k.backward(make.given(EDGES), make.given(EDGES), make.random(EDGES.length), dx, parameter);
          return [dx];
        },
      }),
    },
  });
}

function binaryRows(kernels: ReturnType<typeof binaryDefinition<string>>): Row[] {
  type Parts = (typeof kernels)['definition'];
  const { name } = kernels;
  const low = needsPositive(name) ? 0.1 : -3;
  const title = (shapes: [number[], number[]]) => shapes.map(String).join(' by ');
  return rows<Parts>(kernels, {
    forward: cases(SHAPES, title, (shapes) => (make, k) => {
      const sizes = broadcastOf(shapes);
      const y = make.room(sizeOf(sizes.shape));
      k.forward(make.random(sizeOf(shapes[0]), low, 3), make.random(sizeOf(shapes[1]), low, 3), y, sizes);
      return [y];
    }),
    backward: cases(SHAPES, title, (shapes) => (make, k) => {
      const sizes = broadcastOf(shapes);
      const [da, db, onlyB] = [make.sum(sizeOf(shapes[0])), make.sum(sizeOf(shapes[1])), make.sum(sizeOf(shapes[1]))];
      const [a, b] = [make.random(sizeOf(shapes[0]), 0.3, 3), make.random(sizeOf(shapes[1]), 0.3, 3)];
      const dy = make.random(sizeOf(sizes.shape));
      k.backward(a, b, dy, da, db, sizes);
      k.backward(a, b, dy, null, onlyB, sizes);
      return [da, db, onlyB];
    }),
  });
}

function softmaxRows(kernels: typeof softmaxKernels | typeof logSoftmaxKernels, low: number, high: number): Row[] {
  return rows<(typeof softmaxKernels)['definition']>(kernels, {
    forward: cases(AXES, titleOf, (sizes) => (make, k) => {
      const n = sizeOf(Object.values(sizes));
      const y = make.room(n);
      k.forward(make.random(n, -20, 20), y, sizes);
      return [y];
    }),
    backward: cases(AXES, titleOf, (sizes) => (make, k) => {
      const n = sizeOf(Object.values(sizes));
      const dx = make.sum(n);
      k.backward(make.random(n, low, high), make.random(n), dx, sizes);
      return [dx];
    }),
  });
}

const LABELS = (classes: number) => [0, 1, 2, 3, 4].map((i) => i % classes);
/** One of them ignored. */
const SOME_LABELS = (classes: number) => LABELS(classes).with(3, -1);

const RESAMPLINGS = AXES.map((sizes) => ({
  ...sizes,
  taps: Array.from({ length: 2 * sizes.length }, (_, i) => {
    const start = Math.max(0, Math.floor(i / 2) - 1);
    return { start, weights: start < sizes.length - 1 ? [0.25, 0.5] : [1.5] };
  }),
}));

const TABLE: Row[] = [
  ...(Object.keys(unaryKernels) as UnaryName[]).flatMap((name) => unaryRows(unaryKernels[name], 0.1)),
  ...unaryRows(eluKernels, 0.1),
  ...unaryRows(clampKernels, { min: -0.5, max: 2 }),
  ...(Object.keys(binaryKernels) as BinaryName[]).flatMap((name) => binaryRows(binaryKernels[name])),
  ...Object.values(compareKernels).flatMap(binaryRows),
  ...[maximumKernels, minimumKernels, chosenKernels, otherKernels].flatMap(binaryRows),
  ...softmaxRows(softmaxKernels, 0, 1),
  ...softmaxRows(logSoftmaxKernels, -9, 0),
  ...rows(accumulateKernels, {
    forward: cases(LENGTHS, String, (n) => (make, k) => {
      const y = make.sum(n);
      k.forward(make.random(n), y);
      return [y];
    }),
  }),
  ...rows(broadcastKernels, {
    expand: cases(
      VIEWS,
      ({ shape }) => `[${shape}]`,
      (view) => (make, k) => {
        const y = make.sum(sizeOf(view.shape));
        k.expand(make.random(view.length), y, view, 0.5);
        return [y];
      },
    ),
    reduce: cases(
      VIEWS,
      ({ shape }) => `[${shape}]`,
      (view) => (make, k) => {
        const y = make.sum(view.length);
        k.reduce(make.random(sizeOf(view.shape)), y, view, 0.5);
        return [y];
      },
    ),
  }),
  ...rows(maxKernels, {
    forward: {
      ...cases(AXES, titleOf, (sizes) => (make, k) => {
        const n = sizes.outer * sizes.inner;
        const [y, indices] = [make.room(n), make.indices(n)];
        k.forward(make.random(n * sizes.length), y, indices, sizes);
        return [y, indices];
      }),
      'of equals and NaN': (make, k) => {
        const [y, indices] = [make.room(2), make.indices(2)];
        const x = make.given([1, 3, 3, -Infinity, 5, NaN, Infinity, NaN]);
        k.forward(x, y, indices, { outer: 2, length: 4, inner: 1 });
        return [y, indices];
      },
    },
    backward: cases(LENGTHS, String, (n) => (make, k) => {
      const dx = make.sum(n);
      k.backward(make.random(2 * n), make.indices(Array.from({ length: 2 * n }, (_, i) => (i * 5) % n)), dx);
      return [dx];
    }),
  }),
  ...rows(argmaxKernels, {
    forward: cases(AXES, titleOf, (sizes) => (make, k) => {
      const y = make.room(sizes.outer * sizes.inner);
      k.forward(make.random(y.length * sizes.length), y, sizes);
      return [y];
    }),
  }),
  ...rows(normKernels, {
    forward: cases(
      VIEWS,
      ({ shape }) => `[${shape}]`,
      (view) => (make, k) => {
        const y = make.room(view.length);
        k.forward(make.random(sizeOf(view.shape)), y, view);
        return [y];
      },
    ),
    backward: cases(
      VIEWS,
      ({ shape }) => `[${shape}]`,
      (view) => (make, k) => {
        const dx = make.sum(sizeOf(view.shape));
        k.backward(make.random(dx.length), make.random(view.length, 1, 3), make.random(view.length), dx, view);
        return [dx];
      },
    ),
  }),
  ...rows(gatherKernels, {
    forward: cases(LENGTHS, String, (n) => (make, k) => {
      const y = make.room(2 * n);
      k.forward(
        make.random(n),
        y,
        Int32Array.from({ length: 2 * n }, (_, i) => (i * 5) % n),
      );
      return [y];
    }),
    backward: cases(LENGTHS, String, (n) => (make, k) => {
      const dx = make.sum(n);
      k.backward(
        make.random(2 * n),
        dx,
        Int32Array.from({ length: 2 * n }, (_, i) => (i * 5) % n),
      );
      return [dx];
    }),
  }),
  ...rows(resampleKernels, {
    add: cases(
      pairs(RESAMPLINGS, [false, true]),
      ([sizes, back]) => `${titleOf(sizes)} ${back}`,
      ([sizes, back]) =>
        (make, k) => {
          const lengths = [sizes.length, sizes.taps.length].map((n) => sizes.outer * n * sizes.inner);
          const [from, to] = back ? lengths.reverse() : lengths;
          const y = make.sum(to);
          k.add(make.random(from), y, sizes, back);
          return [y];
        },
    ),
  }),
  ...rows(sliceKernels, {
    add: cases(
      pairs(LENGTHS, [
        [0, 0],
        [2, 0],
        [0, 3],
      ]),
      String,
      ([n, [before, after]]) =>
        (make, k) => {
          const [x, y] = [make.random(3 * (n + before)), make.sum(3 * (n + after))];
          const from = { offset: before, stride: n + before };
          k.add(x, y, { count: 3, length: n, x: from, y: { offset: after, stride: n + after } });
          return [y];
        },
    ),
  }),
  ...rows(matmulKernels, {
    add: cases(MATMULS, titleOf, (sizes) => (make, k) => {
      const { M, K, N } = sizes;
      const y = make.sum(3 * M * N);
      k.add(make.random(2 * M * K), make.random(2 * K * N), y, sizes);
      return [y];
    }),
  }),
  ...rows(crossEntropyKernels, {
    forward: cases(
      pairs(pairs([1, 3, 10], [0, 0.1]), [LABELS, SOME_LABELS]),
      ([sizes, of]) => `${sizes} ${of(9)}`,
      ([[classes, smoothing], of]) =>
        (make, k) => {
          const [losses, probabilities] = [make.room(5), make.room(5 * classes)];
          const labels = make.indices(of(classes));
          k.forward(make.random(5 * classes, -30, 30), labels, losses, probabilities, classes, smoothing);
          return [losses, probabilities];
        },
    ),
    backward: cases(
      pairs(pairs([1, 3, 10], [0, 0.1]), [LABELS, SOME_LABELS]),
      ([sizes, of]) => `${sizes} ${of(9)}`,
      ([[classes, smoothing], of]) =>
        (make, k) => {
          const dlogits = make.sum(5 * classes);
          const labels = make.indices(of(classes));
          k.backward(make.random(5 * classes, 0, 1), labels, make.random(5), dlogits, classes, smoothing);
          return [dlogits];
        },
    ),
  }),
  ...rows(bceLossKernels, {
    forward: cases(LENGTHS, String, (n) => (make, k) => {
      const y = make.room(n);
      k.forward(make.random(n, 0, 1), make.random(n, 0, 1), y);
      return [y];
    }),
    backward: cases(LENGTHS, String, (n) => (make, k) => {
      const [dp, dt, only] = [make.sum(n), make.sum(n), make.sum(n)];
      const [p, t, dy] = [make.random(n, 0.1, 0.9), make.random(n, 0, 1), make.random(n)];
      k.backward(p, t, dy, dp, dt);
      k.backward(p, t, dy, null, only);
      return [dp, dt, only];
    }),
  }),
  ...rows(nllLossKernels, {
    forward: cases([1, 3, 10], String, (classes) => (make, k) => {
      const losses = make.room(5);
      k.forward(make.random(5 * classes), make.indices(LABELS(classes)), losses, classes);
      return [losses];
    }),
    backward: cases([1, 3, 10], String, (classes) => (make, k) => {
      const dx = make.sum(5 * classes);
      k.backward(make.random(5), make.indices(LABELS(classes)), dx, classes);
      return [dx];
    }),
  }),
  ...rows(normalizeKernels, {
    moments: cases(CHANNELS, titleOf, (sizes) => (make, k) => {
      const [mean, variance] = [make.room(sizes.C), make.room(sizes.C)];
      k.moments(make.random(sizeOf(Object.values(sizes)), 4, 6), mean, variance, sizes);
      return [mean, variance];
    }),
    forward: cases(
      pairs(CHANNELS, [true, false]),
      ([sizes, affine]) => `${titleOf(sizes)}${affine ? ' with weight and bias' : ''}`,
      ([sizes, affine]) =>
        (make, k) => {
          const n = sizeOf(Object.values(sizes));
          const statistics = { mean: make.random(sizes.C), variance: make.random(sizes.C, 0.1, 2) };
          const [weight, bias] = affine ? [make.random(sizes.C), make.random(sizes.C)] : [null, null];
          const y = make.room(n);
          k.forward(make.random(n), statistics, weight, bias, y, { ...sizes, eps: 1e-3 });
          return [y];
        },
    ),
    backward: cases(
      pairs(CHANNELS, [true, false]),
      ([sizes, fixed]) => `${titleOf(sizes)}${fixed ? ' with fixed statistics' : ''}`,
      ([sizes, fixed]) =>
        (make, k) => {
          const n = sizeOf(Object.values(sizes));
          const statistics = { mean: make.random(sizes.C), variance: make.random(sizes.C, 0.1, 2), fixed };
          const [x, weight, dy] = [make.random(n), make.random(sizes.C), make.random(n)];
          const [dx, alone, dweight, dbias] = [make.sum(n), make.sum(n), make.sum(sizes.C), make.sum(sizes.C)];
          const settings = { ...sizes, eps: 1e-3 };
          k.backward(x, statistics, weight, dy, { dx, dweight, dbias }, settings);
          k.backward(x, statistics, null, dy, { dx: alone, dweight: null, dbias: null }, settings);
          return [dx, alone, dweight, dbias];
        },
    ),
  }),
  ...rows(dropoutKernels, {
    add: {
      ...cases(
        pairs(LENGTHS, [0, 0.3, 1]),
        ([n, p]) => `${n} with probability ${p}`,
        ([n, p]) =>
          (make, k) => {
            const y = make.sum(n);
            const least = Math.min(p * 2 ** 32, 2 ** 32 - 1);
            k.add(make.random(n), y, { keys: [0xfedcba98, 7], least, scale: p < 1 ? 1 / (1 - p) : 0, run: 1 });
            return [y];
          },
      ),
      ...cases(
        [2, 3, 4, 9, 49],
        (run) => `20 runs of ${run}`,
        (run) => (make, k) => {
          const y = make.sum(20 * run);
          k.add(make.random(20 * run), y, { keys: [3, 0x89abcdef], least: 2 ** 31, scale: 2, run });
          return [y];
        },
      ),
    },
  }),
  ...rows(conv2dKernels, {
    forward: cases(
      CONVS.flatMap((s) =>
        pairs(['random', 'sparse'] as const, [true, false]).map(([kind, bias]) => ({ s, kind, bias })),
      ),
      ({ s, kind, bias }) => `${kind} ${titleOf(s)}${bias ? ' with bias' : ''}`,
      ({ s, kind, bias }) =>
        (make, k) => {
          const y = make.room(outputsOf(s));
          k.forward(make[kind](imagesOf(s)), make.random(weightsOf(s)), bias ? make.random(s.O) : null, y, s);
          return [y];
        },
    ),
    gradInput: cases(
      pairs(CONVS, ['random', 'sparse'] as const),
      ([s, kind]) => `${kind} ${titleOf(s)}`,
      ([s, kind]) =>
        (make, k) => {
          const dx = make.sum(imagesOf(s));
          k.gradInput(make[kind](outputsOf(s)), make.random(weightsOf(s)), dx, s);
          return [dx];
        },
    ),
    gradWeight: cases(
      pairs(CONVS, ['random', 'sparse'] as const),
      ([s, kind]) => `${kind} ${titleOf(s)}`,
      ([s, kind]) =>
        (make, k) => {
          const dweight = make.sum(weightsOf(s));
          k.gradWeight(make.random(imagesOf(s)), make[kind](outputsOf(s)), dweight, s);
          return [dweight];
        },
    ),
  }),
  ...rows(maxPool2dKernels, {
    forward: {
      ...cases(
        pairs(POOLS, ['random', 'sparse'] as const),
        ([s, kind]) => `${kind} ${titleOf(s)}`,
        ([s, kind]) =>
          (make, k) => {
            const n = s.planes * s.outH * s.outW;
            const [y, indices] = [make.room(n), make.indices(n)];
            k.forward(make[kind](s.planes * s.H * s.W), y, indices, s);
            return [y, indices];
          },
      ),
      'of NaN and Infinity': (make, k) => {
        const s = { ...POOLS[2], planes: 40 };
        const n = s.planes * s.outH * s.outW;
        const [y, indices] = [make.room(n), make.indices(n)];
        const values = [NaN, 1, -Infinity, Infinity, -1];
        const edges = Array.from({ length: s.planes * s.H * s.W }, (_, i) => values[(i * i * 7 + (i >> 3)) % 11] ?? 0);
        k.forward(make.given(edges), y, indices, s);
        return [y, indices];
      },
    },
    backward: cases(POOLS, titleOf, (s) => (make, k) => {
      const n = s.planes * s.outH * s.outW;
      const [y, indices, dx] = [make.room(n), make.indices(n), make.sum(s.planes * s.H * s.W)];
      k.forward(make.random(s.planes * s.H * s.W), y, indices, s);
      k.backward(make.random(n), indices, dx, s);
      return [dx];
    }),
  }),
  ...rows(avgPool2dKernels, {
    forward: cases(POOLS, titleOf, (s) => (make, k) => {
      const y = make.room(s.planes * s.outH * s.outW);
      k.forward(make.random(s.planes * s.H * s.W), y, s);
      return [y];
    }),
    backward: cases(POOLS, titleOf, (s) => (make, k) => {
      const dx = make.sum(s.planes * s.H * s.W);
      k.backward(make.random(s.planes * s.outH * s.outW), dx, s);
      return [dx];
    }),
  }),
  ...rows(sgdKernels, {
    step: cases(
      pairs(
        [
          {},
          { momentum: 0.9 },
          { momentum: 0.9, nesterov: true },
          { momentum: 0.5, dampening: 0.1, weightDecay: 0.01 },
        ],
        [true, false],
      ),
      ([settings, first]) => `${JSON.stringify(settings)}${first ? ' first' : ''}`,
      ([given, first]) =>
        (make, k) => {
          const settings = { lr: 0.05, momentum: 0, dampening: 0, nesterov: false, weightDecay: 0, ...given, first };
          const [parameter, velocity] = [make.random(29), make.sum(29)];
          k.step(parameter, make.random(29), settings.momentum ? velocity : null, settings);
          return [parameter, velocity];
        },
    ),
  }),
  ...rows(adamKernels, {
    step: cases(
      pairs([{}, { weightDecay: 0.1 }, { shrink: 0.01 }], [true, false]),
      ([settings, amsgrad]) => `${JSON.stringify(settings)}${amsgrad ? ' amsgrad' : ''}`,
      ([given, amsgrad]) =>
        (make, k) => {
          const betas = { beta1: 0.9, beta2: 0.99, eps: 1e-3 };
          const settings = { ...betas, stepSize: 0.05, correction: 0.6, weightDecay: 0, shrink: 0, ...given };
          const changed = [make.random(29), make.sum(29), make.random(29, 0, 2), make.random(29, 0, 2)];
          const [parameter, mean, square, largest] = changed;
          k.step(parameter, make.random(29), mean, square, amsgrad ? largest : null, settings);
          return changed;
        },
    ),
  }),
  ...rows(rmspropKernels, {
    step: cases(
      pairs([{}, { weightDecay: 0.1 }, { momentum: 0.9 }], [true, false]),
      ([settings, centered]) => `${JSON.stringify(settings)}${centered ? ' centered' : ''}`,
      ([given, centered]) =>
        (make, k) => {
          const settings = { lr: 0.05, alpha: 0.9, eps: 1e-3, momentum: 0, weightDecay: 0, ...given };
          const changed = [make.random(29), make.random(29, 1, 2), make.random(29, -0.5, 0.5), make.sum(29)];
          const [parameter, square, mean, velocity] = changed;
          const moves = settings.momentum ? velocity : null;
          k.step(parameter, make.random(29), square, centered ? mean : null, moves, settings);
          return changed;
        },
    ),
  }),
  ...rows(adadeltaKernels, {
    step: cases([0, 0.1], String, (weightDecay) => (make, k) => {
      const changed = [make.random(29), make.random(29, 0, 2), make.random(29, 0, 2)];
      const [parameter, square, delta] = changed;
      k.step(parameter, make.random(29), square, delta, { lr: 1, rho: 0.9, eps: 1e-3, weightDecay });
      return changed;
    }),
  }),
];

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

describe.each(TABLE)('$name.$part, float32 against its definition in float64', ({ cases, dispatching, definition }) => {
  const run = (title: string, make: Maker, kernels: object) => cases[title](make, kernels as never);
  test.each(Object.keys(cases))('%s', (title) => {
    for (const fresh of [true, false]) {
      const wanted = run(title, new Maker('float64', fresh, false), definition);
      const ways = [
        run(title, new Maker('float32', fresh, true), dispatching),
        run(title, new Maker('float32', fresh, false), dispatching), // The numbers lie in ordinary arrays.
        run(title, new Maker('float32', fresh, true), definition), // What runs where a backend lacks the kernel.
      ];
      for (const got of ways) {
        got.forEach((storage, i) => {
          expectClose(storage, wanted[i], TOLERANCE);
        });
      }
    }
  });
});

describe('definitions', () => {
  test('each part of each is in the table above, under a name of its own', async () => {
    const all = await allDefinitions();
    expect(all.length).toBeGreaterThan(30);
    const names = all.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const defined = all.flatMap(({ name, definition }) => Object.keys(definition).map((part) => `${name}.${part}`));
    expect(TABLE.map(({ name, part }) => `${name}.${part}`).sort()).toEqual(defined.sort());
  });

  test('every faster version is one of a definition', async () => {
    const all = new Map((await allDefinitions()).map((each) => [each.name, each.definition]));
    const overrides = Object.entries(installed()!.overrides);
    expect(overrides.length).toBeGreaterThan(25);
    for (const [name, parts] of overrides) {
      for (const part of Object.keys(parts!)) expect(all.get(name), `${name}.${part}`).toHaveProperty(part);
    }
  });

  test('one that no backend knows computes by its loops, in float32 and in float64', () => {
    const halve = define('halve', {
      forward(x: Storage, y: Storage): void {
        for (let i = 0; i < y.array.length; i++) y.array[i] = x.array[i] / 2;
      },
    });
    for (const dtype of ['float32', 'float64'] as const) {
      const make = new Maker(dtype, true, true);
      const y = make.room(3);
      halve.forward(make.given([1, -3, 8]), y);
      expect([...y.array]).toEqual([0.5, -1.5, 4]);
    }
  });
});
