import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import * as convgrad from '../src/index.js';
import {
  Adadelta,
  Adam,
  AdamW,
  ArgumentError,
  ConvgradError,
  CosineAnnealingLR,
  clipGradNorm,
  clipGradValue,
  crossEntropy,
  Dense,
  type DType,
  ExponentialLR,
  Generator,
  LinearLR,
  LRScheduler,
  MultiStepLR,
  OneCycleLR,
  Optimizer,
  type OptimizerState,
  type ParameterState,
  ReduceLROnPlateau,
  RMSprop,
  randn,
  SequentialLR,
  SGD,
  ShapeError,
  StepLR,
  setThreads,
  type Tensor,
  tensor,
  weightHash,
} from '../src/index.js';
import { expectClose } from './close.js';

// Results of PyTorch 1.13 in float64, made by fixtures/make_golden_optim.py, to 12 significant digits.

interface Golden {
  torch: string;
  start: number[][];
  gradients: number[][][];
  optimizers: { kind: Kind; options: object; first: object | null; steps: number[][] }[];
  schedules: {
    kind: string;
    of: Kind;
    options: object;
    parts: [string, object][] | null;
    milestones: number[] | null;
    metrics: number[] | null;
    rows: number[][];
  }[];
  stages: { title: string; events: (Event | number)[]; rows: [number, number][] }[];
  clips: { maxNorm: number | null; value: number | null; norm: number | null; gradients: number[] }[];
}
type Event = ['make' | 'also', string, object] | ['sequence', [string, object][], number[]] | ['lr', number];
type Kind = 'SGD' | 'Adam' | 'AdamW' | 'RMSprop' | 'Adadelta';
type Making<T> = new (first: unknown, options: object) => T;

const golden = JSON.parse(readFileSync(new URL('fixtures/golden-optim.json', import.meta.url), 'utf8')) as Golden;
const byName = convgrad as unknown as Record<string, Making<never>>;

function optimizerOf(kind: Kind, dtype: DType, options: object, first: object | null = null) {
  const parameters = golden.start.map((values) => tensor(values, { dtype, requiresGrad: true }));
  const groups = [{ params: [parameters[0]], ...first }, { params: [parameters[1]] }];
  return { parameters, optimizer: new (byName[kind] as Making<Optimizer>)(groups, options) };
}

function setGradients(parameters: Tensor[], step: number): void {
  parameters.forEach((parameter, i) => {
    parameter.grad = tensor(golden.gradients[step][i], { dtype: parameter.dtype });
  });
}

const titleOf = (kind: string, ...settings: unknown[]) => `${kind} ${settings.map((s) => JSON.stringify(s)).join(' ')}`;
const all = (parameters: Tensor[]) => parameters.flatMap(({ data }) => [...data]);

// In float32 a step differs by about one rounding of its size, 6e-8 of it.
describe.each([
  { dtype: 'float64', tolerance: 1e-10 },
  { dtype: 'float32', tolerance: 1e-6 },
] as const)('as in PyTorch, $dtype, within $tolerance: twelve steps of', ({ dtype, tolerance }) => {
  test.each(golden.optimizers.map((c) => [titleOf(c.kind, c.options, c.first), c] as const))('%s', (_, c) => {
    const { parameters, optimizer } = optimizerOf(c.kind, dtype, c.options, c.first);
    expect(c.steps.length).toBeGreaterThanOrEqual(10);
    c.steps.forEach((expected, step) => {
      setGradients(parameters, step);
      optimizer.step();
      expectClose(all(parameters), expected, tolerance);
    });
  });
});

test('the defaults are those of PyTorch', () => {
  const x = tensor([1], { requiresGrad: true });
  const settings = (optimizer: Optimizer) => ({ ...optimizer.groups[0], params: undefined });
  expect(settings(new Adam([x]))).toEqual({ lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false });
  expect(settings(new AdamW([x]))).toMatchObject({ lr: 1e-3, weightDecay: 0.01 });
  expect(settings(new RMSprop([x]))).toMatchObject({ lr: 0.01, alpha: 0.99, eps: 1e-8, momentum: 0, centered: false });
  expect(settings(new Adadelta([x]))).toEqual({ lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, params: undefined });
});

const rowOf = ({ groups }: Optimizer) => {
  const settings = groups as { lr: number; momentum?: number; betas?: [number, number] }[];
  return [...settings.map(({ lr }) => lr), ...settings.map(({ momentum, betas }) => momentum ?? betas?.[0] ?? 0)];
};

function scheduleOf({ kind, options, parts, milestones }: Golden['schedules'][number], optimizer: Optimizer) {
  const make = (name: string, given: object) => new byName[name](optimizer, given) as LRScheduler | ReduceLROnPlateau;
  if (!parts) return make(kind, options);
  return make(kind, { milestones, schedulers: parts.map(([name, given]) => make(name, given)) });
}

const momentumOf = (of: Kind) => ({ SGD: { momentum: 0.9 }, Adadelta: {} })[of as string] ?? { betas: [0.9, 0.99] };

describe('as in PyTorch, within 1e-10: the learning rates and momenta of', () => {
  test.each(golden.schedules.map((c) => [titleOf(c.kind, c.of, c.parts ?? c.options), c] as const))('%s', (_, c) => {
    const { optimizer } = optimizerOf(c.of, 'float64', { lr: 0.2, ...momentumOf(c.of) }, { lr: 0.5 });
    const scheduler = scheduleOf(c, optimizer);
    expect(c.rows.length).toBeGreaterThan(10);
    c.rows.forEach((row, step) => {
      if (step > 0) (scheduler.step as (metric?: number) => void).call(scheduler, c.metrics?.[step - 1]);
      expectClose(rowOf(optimizer), row, 1e-10);
    });
  });

  test.each(golden.schedules.map((c) => [titleOf(c.kind, c.of, c.parts ?? c.options), c] as const))(
    '%s, when its state is taken to another after each step',
    (_, c) => {
      const make = () => {
        const { optimizer } = optimizerOf(c.of, 'float64', { lr: 0.2, ...momentumOf(c.of) }, { lr: 0.5 });
        return { optimizer, scheduler: scheduleOf(c, optimizer) };
      };
      let current = make();
      c.rows.forEach((row, step) => {
        const next = make();
        next.optimizer.loadStateDict(current.optimizer.stateDict());
        next.scheduler.loadStateDict(JSON.parse(JSON.stringify(current.scheduler.stateDict())));
        current = next;
        if (step > 0) (next.scheduler.step as (metric?: number) => void).call(next.scheduler, c.metrics?.[step - 1]);
        expectClose(rowOf(next.optimizer), row, 1e-10);
      });
    },
  );

  test.each(golden.clips)('gradients clipped to norm $maxNorm, value $value', ({ maxNorm, value, norm, gradients }) => {
    const { parameters } = optimizerOf('SGD', 'float64', {});
    setGradients(parameters, 0);
    if (maxNorm !== null) expectClose([clipGradNorm(parameters, maxNorm)], [norm!], 1e-10);
    else clipGradValue(parameters, value!);
    expectClose(all(parameters.map(({ grad }) => grad!)), gradients, 1e-10);
  });
});

test('clipping leaves out parameters without a gradient', () => {
  const [frozen, other] = [tensor([3]), tensor([1], { requiresGrad: true })];
  other.mul(5).sum().backward();
  expect(clipGradNorm([frozen, other], 2)).toBe(5);
  expect(other.grad!.item()).toBeCloseTo(2, 5);
  expect(frozen.grad).toBe(null);
});

const KINDS: [Kind, object][] = [
  ['SGD', { lr: 0.05, momentum: 0.9 }],
  ['Adam', { lr: 0.01, amsgrad: true }],
  ['AdamW', { lr: 0.01 }],
  ['RMSprop', { lr: 0.01, momentum: 0.5, centered: true }],
  ['Adadelta', { weightDecay: 0.01 }],
];

describe.each(KINDS)('%s', (kind, options) => {
  const make = () => {
    const model = new Dense(200, 150, { generator: new Generator(1) });
    return { model, optimizer: new (byName[kind] as Making<Optimizer>)(model.parameters(), options) };
  };
  const train = ({ model, optimizer }: ReturnType<typeof make>, from: number, to: number) => {
    for (let step = from; step < to; step++) {
      const x = randn([8, 200], { generator: new Generator(step) });
      optimizer.zeroGrad();
      crossEntropy(model.forward(x), [0, 1, 2, 3, 4, 5, 6, 7]).backward();
      optimizer.step();
    }
    return weightHash(model);
  };

  test('goes on from its state with the same bits, in float32', () => {
    const whole = make();
    const half = make();
    train(half, 0, 7);
    const rest = make();
    rest.model.loadStateDict(half.model.stateDict());
    const state = half.optimizer.stateDict();
    train(half, 7, 9); // What happens afterwards does not show in the state.
    rest.optimizer.loadStateDict(state);
    expect(train(rest, 7, 15)).toBe(train(whole, 0, 15));
  });

  afterEach(() => setThreads(1));
  test('gives the same bits on one thread and on two', async () => {
    const one = train(make(), 0, 5);
    await setThreads(2);
    expect(train(make(), 0, 5)).toBe(one);
  });

  test('leaves a frozen parameter alone, which gets no gradient', () => {
    const run = make();
    run.model.weight.requiresGrad = false;
    const before = [...run.model.weight.data];
    train(run, 0, 3);
    expect([...run.model.weight.data]).toEqual(before);
    expect(run.model.weight.grad).toBe(null);
    expect(run.optimizer.stateDict().steps).toEqual([0, 3]);
  });

  test('refuses the state of others, and changes nothing', () => {
    const run = make();
    train(run, 0, 2);
    const before = JSON.stringify(run.optimizer.stateDict().groups);
    const state = run.optimizer.stateDict();
    const cases: [OptimizerState, abstract new (...args: never[]) => Error, RegExp][] = [
      [{ ...state, kind: 'LBFGS' }, ArgumentError, /: expected the state of \w+, got 'LBFGS'/],
      [{ ...state, groups: [{ lr: 1, params: [0] }] }, ArgumentError, /expected groups of 2 parameters, got 1/],
      [{ ...state, memories: [{ any: tensor([1]) }, {}] }, ShapeError, /expected float32 \[150, 200\] as any of par/],
    ];
    for (const [wrong, Kind, message] of cases) {
      expect(() => run.optimizer.loadStateDict(wrong)).toThrow(Kind);
      expect(() => run.optimizer.loadStateDict(wrong)).toThrow(message);
    }
    expect(JSON.stringify(run.optimizer.stateDict().groups)).toBe(before);
  });
});

test('an optimizer of your own says how it changes a parameter, and its state comes with it', () => {
  class SignMomentum extends Optimizer {
    constructor(params: Tensor[], options: { lr?: number } = {}) {
      super(params, { lr: 0.5 }, options);
    }

    protected override change(state: ParameterState, { lr }: { lr: number }): void {
      const { data, grad } = state.parameter;
      const mean = state.memory('mean').array;
      for (let i = 0; i < data.length; i++) {
        mean[i] += Math.sign(grad!.data[i]);
        data[i] -= lr * mean[i];
      }
    }
  }
  const run = (optimizer: Optimizer, x: Tensor, steps: number) => {
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      x.mul(tensor([3, -2]))
        .sum()
        .backward();
      optimizer.step();
    }
    return [...x.data];
  };
  const leaf = (values: number[]) => tensor(values, { requiresGrad: true });
  const x = leaf([0, 0]);
  const optimizer = new SignMomentum([x]);
  expect(run(optimizer, x, 2)).toEqual([-1.5, 1.5]);
  const y = leaf([-1.5, 1.5]);
  const other = new SignMomentum([y], { lr: 7 });
  other.loadStateDict(optimizer.stateDict());
  expect(run(other, y, 1)).toEqual(run(optimizer, x, 1));
  expect(() => new SignMomentum([x], { rate: 1 } as object)).toThrow("SignMomentum: unknown option 'rate'");
});

test('the cosine of the schedules is the cosine, and its power the power', async () => {
  const { cosPi, power } = await import('../src/optim/arithmetic.js');
  for (let t = 0; t < 5; t += 0.0131) expect(Math.abs(cosPi(t) - Math.cos(Math.PI * t))).toBeLessThan(1e-14);
  expect([cosPi(0), cosPi(1), cosPi(2), cosPi(0.5)]).toEqual([1, -1, 1, Math.abs(cosPi(0.5))]);
  for (const n of [0, 1, 2, 7, 100, 12345]) expect(power(0.999, n) / 0.999 ** n).toBeCloseTo(1, 11);
  expect(power(0, 0)).toBe(1);
});

describe('as in PyTorch, within 1e-10: schedules one after another, side by side, and rates set by hand', () => {
  test.each(golden.stages.map((c) => [c.title, c] as const))('%s', (_, { events, rows }) => {
    const { optimizer } = optimizerOf('SGD', 'float64', { lr: 0.2, momentum: 0.9 }, { lr: 0.5 });
    const make = ([kind, options]: readonly [string, object]) => new byName[kind](optimizer, options) as LRScheduler;
    let stepping: LRScheduler[] = [];
    const seen: number[][] = [];
    const look = () => void seen.push(optimizer.groups.map(({ lr }) => lr));
    for (const event of events) {
      if (typeof event === 'number') {
        for (let step = 0; step < event; step++) {
          for (const scheduler of stepping) scheduler.step();
          look();
        }
        continue;
      }
      const [what] = event;
      if (what === 'lr') for (const group of optimizer.groups) group.lr = event[1];
      else if (what === 'sequence') {
        stepping = [new SequentialLR(optimizer, { schedulers: event[1].map(make), milestones: event[2] })];
      } else stepping = [...(what === 'also' ? stepping : []), make([event[1], event[2]])];
      look();
    }
    expect(seen).toHaveLength(rows.length);
    rows.forEach((row, i) => {
      expectClose(seen[i], row, 1e-10);
    });
  });

  test('the examples of the documentation', () => {
    const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.1 });
    const rates = (scheduler: LRScheduler, steps: number) =>
      Array.from({ length: steps }, () => {
        scheduler.step();
        return optimizer.groups[0].lr;
      });
    const first = new StepLR(optimizer, { stepSize: 3 });
    expect(rates(first, 1)).toEqual([0.1]);
    optimizer.groups[0].lr = 0.01;
    expectClose(rates(first, 2), [0.01, 0.001], 1e-15);
    optimizer.groups[0].lr = 0.001;
    const cosine = new CosineAnnealingLR(optimizer, { tMax: 4 });
    expectClose(
      [optimizer.groups[0].lr, ...rates(cosine, 3)],
      [0.001, 0.000853553390593, 0.0005, 0.000146446609407],
      1e-12,
    );
  });

  test('a warm-up from 0 leads to the rate that it found, where PyTorch divides by 0', () => {
    const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.1 });
    new ExponentialLR(optimizer, { gamma: 0.5 }).step();
    optimizer.groups[0].lr = 0.001;
    const warmUp = new LinearLR(optimizer, { startFactor: 0, totalIters: 2 });
    expect(optimizer.groups[0].lr).toBe(0);
    optimizer.groups[0].lr = 0.7;
    warmUp.step();
    expect(optimizer.groups[0].lr).toBe(0.0005);
  });

  test('a schedule of your own begins where it is made, and goes on from a rate set by hand', () => {
    class InverseRoot extends LRScheduler {
      constructor(optimizer: Optimizer) {
        super(optimizer, (initial, steps) => initial / Math.sqrt(1 + steps));
      }
    }
    const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.1 });
    new ExponentialLR(optimizer, { gamma: 0.1 }).step();
    const own = new InverseRoot(optimizer);
    const lr = () => optimizer.groups[0].lr;
    expect(lr()).toBeCloseTo(0.01, 12);
    own.step();
    expect(lr()).toBeCloseTo(0.01 / Math.SQRT2, 12);
    optimizer.groups[0].lr = 1;
    own.step();
    expect(lr()).toBeCloseTo(Math.SQRT2 / Math.sqrt(3), 12);
  });
});

test('a measure that is not finite is never the best of a plateau', () => {
  for (const first of [Number.NaN, Infinity, -Infinity]) {
    for (const mode of ['min', 'max'] as const) {
      const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 1 });
      const plateau = new ReduceLROnPlateau(optimizer, { mode, patience: 0 });
      plateau.step(first);
      expect([first, mode, optimizer.groups[0].lr, plateau.stateDict().best]).toEqual([first, mode, 0.1, null]);
      plateau.step(5);
      expect(plateau.stateDict().best).toBe(5);
      plateau.step(first);
      expect(plateau.stateDict().best).toBe(5);
    }
  }
});

test('the state of a schedule that is no such state is refused, and nothing is changed', () => {
  const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.5, momentum: 0.9 });
  const step = new StepLR(optimizer, { stepSize: 2 });
  const cycle = new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 5 });
  const plateau = new ReduceLROnPlateau(optimizer);
  const sequence = new SequentialLR(optimizer, { schedulers: [step], milestones: [] });
  for (const scheduler of [step, cycle, plateau, sequence] as {
    loadStateDict(state: unknown): void;
    stateDict(): object;
  }[]) {
    const state = scheduler.stateDict();
    const wrong = Object.keys(state).flatMap((key) =>
      [undefined, 'x', -0.5, Number.NaN, {}]
        .map((value) => ({ [key]: value }))
        .filter((change) => !('best' in change && change.best === -0.5)),
    );
    for (const change of wrong) {
      expect(() => scheduler.loadStateDict({ ...state, ...change }), JSON.stringify(change)).toThrow(ArgumentError);
      expect(scheduler.stateDict()).toEqual(state);
    }
    for (const nothing of [null, undefined, 3, []])
      expect(() => scheduler.loadStateDict(nothing)).toThrow(ArgumentError);
  }
  expect(() => cycle.loadStateDict({ ...cycle.stateDict(), steps: 6 })).toThrow(ArgumentError);
});

test('after its last step OneCycleLR stays at its end, and no further step is taken', () => {
  const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr: 0.5, momentum: 0.9 });
  const scheduler = new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 5 });
  for (let step = 0; step < 5; step++) scheduler.step();
  expect(optimizer.groups[0].lr).toBeCloseTo(1 / 25 / 1e4, 12);
  expect(() => scheduler.step()).toThrow('OneCycleLR: the cycle has 5 steps, and this would be one more');
});

describe('arguments that are refused', () => {
  const x = tensor([1], { requiresGrad: true });
  const sgd = new SGD([x]);
  const other = new StepLR(new SGD([x]), { stepSize: 1 });
  // biome-ignore format: one call a line
  test.each<[string, () => unknown, string]>([
    ['Adam, a misspelled option', () => new Adam([x], { beta: 1 } as object), "Adam: unknown option 'beta'; the options are lr, betas, eps"],
    ['Adam, betas of 1', () => new Adam([x], { betas: [0.9, 1] }), 'Adam: expected betas to be two numbers from 0 to below 1, got [0.9, 1]'],
    ['Adam, one beta', () => new Adam([x], { betas: 0.9 as never }), 'got 0.9'],
    ['AdamW, a negative decay of a group', () => new AdamW([{ params: [x], weightDecay: -1 }]), 'AdamW: expected weightDecay to be a number of at least 0, got -1'],
    ['RMSprop, alpha', () => new RMSprop([x], { alpha: 2 }), 'RMSprop: expected alpha to be a number from 0 to 1, got 2'],
    ['Adadelta, rho', () => new Adadelta([x], { rho: -1 }), 'Adadelta: expected rho to be a number from 0 to 1, got -1'],
    ['StepLR, nothing', () => new StepLR(sgd, undefined as never), 'StepLR: expected stepSize to be a whole number of at least 1, got undefined'],
    ['StepLR, no optimizer', () => new StepLR({} as never, { stepSize: 1 }), 'StepLR: expected an optimizer such as new SGD(...), got an object'],
    ['StepLR, a misspelled option', () => new StepLR(sgd, { step: 1 } as never), "StepLR: unknown option 'step'"],
    ['MultiStepLR, one milestone', () => new MultiStepLR(sgd, { milestones: 3 as never }), 'expected milestones to be a list of steps, got 3'],
    ['MultiStepLR, milestones that fall', () => new MultiStepLR(sgd, { milestones: [3, 2] }), 'expected milestones that rise, got [3, 2]'],
    ['ExponentialLR, no gamma', () => new ExponentialLR(sgd, {} as never), 'expected gamma to be a number of at least 0, got undefined'],
    ['CosineAnnealingLR, tMax', () => new CosineAnnealingLR(sgd, { tMax: 0 }), 'expected tMax to be a whole number of at least 1, got 0'],
    ['OneCycleLR, nothing', () => new OneCycleLR(sgd, undefined as never), 'OneCycleLR: expected maxLr to be a number, or 1, one a group, got undefined'],
    ['OneCycleLR, no steps', () => new OneCycleLR(sgd, { maxLr: 1, epochs: 2 }), 'expected totalSteps (or epochs and stepsPerEpoch) to be a whole number'],
    ['OneCycleLR, rates', () => new OneCycleLR(sgd, { maxLr: [1, 2], totalSteps: 9 }), 'expected maxLr to be a number, or 1, one a group, got [1, 2]'],
    ['OneCycleLR, no momentum', () => new OneCycleLR(new Adadelta([x]), { maxLr: 1, totalSteps: 9 }), 'Adadelta has no momentum to cycle; set cycleMomentum to false'],
    ['OneCycleLR, strategy', () => new OneCycleLR(sgd, { maxLr: 1, totalSteps: 9, annealStrategy: 'sin' as never }), "'cos' or 'linear', got 'sin'"],
    ['ReduceLROnPlateau, mode', () => new ReduceLROnPlateau(sgd, { mode: 'best' as never }), "expected mode to be 'min' or 'max', got 'best'"],
    ['ReduceLROnPlateau, factor', () => new ReduceLROnPlateau(sgd, { factor: 2 }), 'expected factor to be a number from 0 to 1, got 2'],
    ['SequentialLR, of another optimizer', () => new SequentialLR(sgd, { schedulers: [other], milestones: [] }), 'got one of another'],
    ['SequentialLR, milestones', () => new SequentialLR(other.optimizer, { schedulers: [other], milestones: [1] }), 'one milestone less than schedules, got 1 for 1'],
    ['clipGradNorm, a negative norm', () => clipGradNorm([x], -1), 'clipGradNorm: expected maxNorm to be a number of at least 0, got -1'],
    ['a state of another schedule', () => other.loadStateDict(new LinearLR(sgd).stateDict()), "StepLR: expected the state of StepLR, got 'LinearLR'"],
    ['a state of another number of groups', () => other.loadStateDict({ ...other.stateDict(), initialRates: [1, 2] }), 'expected 1 learning rates, got 2'],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(ConvgradError);
    expect(call).toThrow(message);
  });
});
