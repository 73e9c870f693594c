import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  type Callback,
  type Checkpoint,
  Conv2D,
  crossEntropy,
  Dataset,
  Dense,
  DivergenceError,
  Dropout,
  earlyStopping,
  type FitOptions,
  Flatten,
  fit,
  type Loss,
  Module,
  ones,
  Parameter,
  ReLU,
  randn,
  Sequential,
  SGD,
  StateBuffer,
  type Tensor,
  weightHash,
  zeros,
} from '../src/index.js';
import { FilterTimeline } from '../src/inspect/index.js';

const sgd = (model: Module, lr = 0.1) => new SGD(model.parameters(), { lr });
const data = new Dataset([0, 1, 2, 3], [1], [0, 1, 0, 1]);

describe('what a callback remembers belongs to one training', () => {
  /** A callback in front of the one that is tried: the epoch is the weight, and its validation loss is given. */
  const marks = (weight: Tensor, losses: number[]): Callback => ({
    onEpochEnd({ epoch }, record) {
      record.validation = { loss: losses[epoch - 1], accuracy: 0, metrics: {} };
      weight.data[0] = epoch;
    },
  });
  const run = async (callback: Callback, losses: number[], more: Partial<FitOptions> = {}) => {
    const model = new Dense(1, 2);
    const weight = model.weight;
    const callbacks = [...(more.callbacks ?? []), marks(weight, losses), callback];
    const { epochs, stopped } = await fit(model, data, {
      optimizer: sgd(model, 0),
      epochs: losses.length,
      seed: 1,
      ...more,
      callbacks,
    });
    return { epochs: epochs.length, stopped, weight: weight.data[0] };
  };

  test('earlyStopping begins anew in each training: folds 2 and 3 train as fold 1 did', async () => {
    const callback = earlyStopping({ patience: 2, restoreBest: true });
    for (const losses of [
      [3, 1, 2, 2],
      [9, 8, 9, 9],
      [5, 4, 6, 7],
    ]) {
      expect(await run(callback, losses)).toMatchObject({ epochs: 4, weight: 2 });
    }
  });

  test('but not in one that is resumed, nor where it was added to one that is', async () => {
    let saved: Checkpoint | undefined;
    const keep: Callback = {
      last: true,
      onEpochEnd(state) {
        saved ??= state.checkpoint();
      },
    };
    const losses = [1, 2, 3, 4, 5];
    const whole = await run(earlyStopping({ patience: 3, restoreBest: true }), losses, { callbacks: [keep] });
    expect(whole).toMatchObject({ epochs: 4, weight: 1 });
    const resume = saved!;
    expect(await run(earlyStopping({ patience: 3, restoreBest: true }), losses, { resume })).toEqual(whole);
    // Of a training without it: it begins with the second epoch, whatever it did before.
    saved = undefined;
    await run({}, losses, { callbacks: [keep] });
    const used = earlyStopping({ patience: 3, restoreBest: true });
    await run(used, [-1, 1]);
    expect(await run(used, losses, { resume: saved })).toMatchObject({ epochs: 5, weight: 2 });
  });

  test('callbacks are told whether a training is resumed', async () => {
    const told: boolean[] = [];
    let saved: Checkpoint | undefined;
    const tell: Callback = {
      onTrainBegin: ({ resumed }) => void told.push(resumed),
      onBatchEnd(state) {
        saved ??= state.checkpoint();
      },
    };
    await run(tell, [1, 1]);
    await run(tell, [1, 1], { resume: saved });
    expect(told).toEqual([false, true]);
  });

  test('a timeline begins anew, too', async () => {
    const conv = new Conv2D(1, 1, 2);
    const timeline = new FilterTimeline(conv.weight, { steps: [1] });
    const model = new Sequential(conv, new Flatten(), new Dense(1, 2));
    const images = new Dataset(new Float32Array(8), [1, 2, 2], [0, 1]);
    for (let time = 0; time < 2; time++) {
      await fit(model, images, { optimizer: sgd(model), epochs: 2, callbacks: [timeline] });
      expect(timeline.snapshots.map(({ step }) => step)).toEqual([0, 1, 2]);
    }
  });

  const failing: [string, Partial<FitOptions>, RegExp][] = [
    [
      'a loss that is not finite',
      { loss: failAfter(2, (x, y) => crossEntropy(x, y).mul(Number.NaN)) },
      /the loss became NaN/,
    ],
    ['a callback that throws', { callbacks: [{ onEpochBegin: ({ epoch }) => failAt(epoch) }] }, /mine/],
    [
      'another callback that throws, and fails again when it hears of it',
      {
        callbacks: [
          {
            onEpochBegin: ({ epoch }) => failAt(epoch),
            onTrainError: () => failAt(3),
          },
        ],
      },
      /mine/,
    ],
  ];
  function failAt(epoch: number): void {
    if (epoch === 3) throw new Error('mine');
  }
  function failAfter(batches: number, fails: Loss): Loss {
    let done = 0;
    return (x, y) => (done++ < batches ? crossEntropy(x, y) : fails(x, y));
  }
  test.each(failing)('after %s, restoreBest still gives the best weights back', async (_, options, message) => {
    const model = new Dense(1, 2);
    const callbacks = [
      ...(options.callbacks ?? []),
      marks(model.weight, [1, 2, 3]),
      earlyStopping({ restoreBest: true }),
    ];
    const error = await fit(model, data, { optimizer: sgd(model, 0), epochs: 3, ...options, callbacks }).then(
      () => null,
      (caught: unknown) => caught,
    );
    expect(String(error)).toMatch(message);
    if (options.loss) expect(error).toBeInstanceOf(DivergenceError);
    expect(model.weight.data[0]).toBe(1);
  });

  test('a training that fails before it has begun gives back nothing of the one before it', async () => {
    const callback = earlyStopping({ restoreBest: true });
    await run(callback, [1, 2]);
    const model = new Dense(1, 2);
    const before = weightHash(model);
    const fails: Callback = {
      onTrainBegin() {
        throw new Error('mine');
      },
    };
    await expect(fit(model, data, { optimizer: sgd(model), callbacks: [fails, callback] })).rejects.toThrow('mine');
    expect(weightHash(model)).toBe(before);
  });
});

describe('modules in objects and Maps', () => {
  class Heads extends Module {
    readonly trunk = new Dense(1, 2);
    readonly heads: Record<string, Module> = { a: new Dense(2, 2), b: new Sequential(new ReLU(), new Dense(2, 2)) };
    readonly more = new Map<string, unknown>([
      ['c', new Dense(2, 2)],
      ['d', [new Dense(2, 1)]],
    ]);
    readonly scales = { one: new Parameter(ones([1])) };
    readonly counts = { seen: new StateBuffer('seen', zeros([])) };
    readonly options = { rate: 3, nested: { list: [1, 2] } };
    override forward(x: Tensor): Tensor {
      return this.heads.b.forward(this.heads.a.forward(this.trunk.forward(x)));
    }
  }

  test('have the keys of PyTorch’s ModuleDict, learn, and are saved', async () => {
    const model = new Heads();
    expect(Object.keys(model.stateDict())).toEqual([
      'scales.one',
      'seen',
      'trunk.weight',
      'trunk.bias',
      'heads.a.weight',
      'heads.a.bias',
      'heads.b.1.weight',
      'heads.b.1.bias',
      'more.c.weight',
      'more.c.bias',
      'more.d.0.weight',
      'more.d.0.bias',
    ]);
    const before = Array.from(model.stateDict()['heads.a.weight'].data);
    await fit(model, data, { optimizer: sgd(model), epochs: 3 });
    expect(Array.from(model.stateDict()['heads.a.weight'].data)).not.toEqual(before);
    const other = new Heads();
    other.loadStateDict(model.stateDict());
    expect(weightHash(other)).toBe(weightHash(model));
    model.eval();
    expect(model.namedModules().every(([, { training }]) => !training)).toBe(true);
    expect(String(model)).toContain('(heads.a): Dense(2, 2)');
  });

  test.each<[string, object, string]>([
    ['a Set', { heads: new Set([new Dense(1, 1)]) }, 'the Set heads gives what it holds no names'],
    ['a Set in an object', { heads: { all: new Set([new Parameter(ones([1]))]) } }, 'the Set heads.all gives'],
    ['a name with a dot', { heads: { 'a.b': new Dense(1, 1) } }, "expected names without a dot in heads, got 'a.b'"],
    ['no name', { heads: new Map([['', new Dense(1, 1)]]) }, "expected names without a dot in heads, got ''"],
    ['an object as name', { heads: new Map([[{}, new Dense(1, 1)]]) }, 'expected names without a dot in heads, got an'],
  ])('%s is an error', (_, fields, message) => {
    class Own extends Module {
      override forward(x: Tensor): Tensor {
        return x;
      }
    }
    const model = Object.assign(new Own(), fields);
    expect(() => model.stateDict()).toThrow(ArgumentError);
    expect(() => model.stateDict()).toThrow(message);
  });

  test('objects that hold themselves, and other things, are passed over', () => {
    class Own extends Module {
      readonly layer = new Dense(1, 1);
      readonly self: Record<string, unknown> = { 'x.y': 3, date: new Date(), set: new Set([1]), none: null };
      override forward(x: Tensor): Tensor {
        return this.layer.forward(x);
      }
    }
    const model = new Own();
    model.self.self = model.self;
    model.self.owner = model;
    expect(Object.keys(model.layer.stateDict())).toEqual(['weight', 'bias']);
  });
});

describe('the layers of a Sequential', () => {
  const [conv, relu, dense] = [new Conv2D(1, 2, 3), new ReLU(), new Dense(2, 2)];
  const named = () => new Sequential({ conv, relu, fc: dense });
  const names = (model: Sequential) => model.namedChildren().map(([name]) => name);

  test('are replaced, appended and inserted', () => {
    const other = new Dense(2, 3);
    const model = named();
    expect(model.replace('fc', other)).toBe(model);
    expect([names(model), model.at('fc'), model[2]]).toEqual([['conv', 'relu', 'fc'], other, other]);
    model.replace(-1, dense).replace(0, other).append(relu, 'last').insert(1, conv, 'second');
    expect(names(model)).toEqual(['conv', 'second', 'relu', 'fc', 'last']);
    expect([...model]).toEqual([other, conv, relu, dense, relu]);
    expect([model.length, model[4], model.at('last')]).toEqual([5, relu, relu]);
    expect(Object.keys(model.stateDict())).toContain('second.weight');

    // Without a name, a layer has the number of its place, as in PyTorch.
    expect(names(named().append(dense).insert(0, conv))).toEqual(['0', 'conv', 'relu', 'fc', '4']);
    const list = new Sequential(relu).append(dense).insert(0, conv);
    expect([names(list), [...list], list[0], list[2]]).toEqual([['0', '1', '2'], [conv, relu, dense], conv, dense]);
    expect([...new Sequential().append(relu)]).toEqual([relu]);
    expect(new Sequential(new Dense(1, 2)).append(new Dense(2, 3)).forward(zeros([1, 1])).shape).toEqual([1, 3]);
  });

  test.each<[string, () => unknown, string]>([
    ['replace, none there', () => named().replace('fc2', dense), "no layer 'fc2'"],
    ['replace, out of range', () => named().replace(3, dense), 'no layer 3'],
    ['replace, no layer', () => named().replace('fc', 3 as never), 'expected a layer as fc, got 3'],
    ['append, a number as name', () => named().append(dense, '7'), "expected names such as conv1, got '7'"],
    ['append, a name twice', () => named().append(dense, 'fc'), 'expected a name that no other layer has'],
    ['append, a name with a dot', () => named().append(dense, 'a.b'), "got 'a.b'"],
    [
      'insert, out of range',
      () => named().insert(4, dense, 'x'),
      'expected the index to be a whole number from 0 to 3, got 4',
    ],
  ])('%s is an error', (_, call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });

  test('cannot be assigned', () => {
    const model = named() as Sequential & Record<string, unknown>;
    expect(model.fc).toBe(dense);
    for (const key of ['fc', '0', '2']) {
      const assign = () => {
        model[key] = new Dense(2, 5);
      };
      expect(assign).toThrow(ArgumentError);
      expect(assign).toThrow(`a layer cannot be assigned to ${key}: use `);
    }
    expect([...model]).toEqual([conv, relu, dense]);
    // Under a new name JavaScript asks nobody: it is seen when the model is used.
    for (const key of ['head', 'forward']) {
      const other = named() as Sequential & Record<string, unknown>;
      other[key] = new Dense(2, 5);
      expect(() => other.parameters()).toThrow(
        `a layer cannot be assigned to ${key}: use append, or a Module of your own`,
      );
    }
    const other = named() as Sequential & Record<string, unknown>;
    other.head = new Dense(2, 5);
    expect(() => other.forward(zeros([1, 1, 3, 3]))).toThrow(ArgumentError);
  });
});

describe('modes', () => {
  const images = new Dataset(randn([8, 1, 2, 2]).data, [1, 2, 2], [0, 1, 0, 1, 0, 1, 0, 1]);
  const network = () =>
    new Sequential({
      conv: new Conv2D(1, 2, 1),
      norm: new BatchNorm2D(2),
      drop: new Dropout(0.5),
      flat: new Flatten(),
      fc: new Dense(8, 2),
    });
  const modes = (model: Module) => model.namedModules().map(([, { training }]) => training);

  test('a part in evaluation mode stays there, also after a validation, and all are as before when fit is over', async () => {
    const model = network();
    const norm = model.at('norm', BatchNorm2D).eval();
    const seen: boolean[][] = [];
    const look: Callback = { onBatchEnd: () => void seen.push(modes(model)) };
    const before = modes(model);
    const options = { optimizer: sgd(model), epochs: 2, batchSize: 4, validation: images, callbacks: [look] };
    await fit(model, images, options);
    expect(seen).toEqual(Array(4).fill(before));
    expect(before).toEqual([true, true, false, true, true, true]);
    expect([modes(model), norm.batchesTracked!.item()]).toEqual([before, 0]);
    expect(norm.weight!.data).not.toEqual(ones([2]).data); // It learns all the same.
  });

  test('a model in evaluation mode is trained in training mode, and is in evaluation mode after it', async () => {
    for (const fails of [false, true]) {
      const model = network().eval();
      const look: Callback = {
        onBatchEnd() {
          expect(modes(model)).toEqual(Array(6).fill(true));
          if (fails) throw new Error('mine');
        },
      };
      const run = fit(model, images, { optimizer: sgd(model), callbacks: [look] });
      await (fails ? expect(run).rejects.toThrow('mine') : run);
      expect(modes(model)).toEqual(Array(6).fill(false));
    }
  });

  test('a callback that leaves the model in evaluation mode does not change how the next epoch is trained', async () => {
    const model = network();
    model.at('norm').eval();
    const seen: boolean[][] = [];
    const callbacks: Callback[] = [
      { onEpochEnd: () => void model.eval() },
      { onBatchEnd: () => void seen.push(modes(model)) },
    ];
    await fit(model, images, { optimizer: sgd(model), epochs: 2, callbacks });
    expect(seen[1]).toEqual([true, true, false, true, true, true]);
    expect(modes(model)).toEqual(seen[1]);
  });

  test('freeze: no gradient, no step, evaluation mode, whatever train and fit do; and back', async () => {
    const model = network();
    model.at('conv').freeze();
    const norm = model.at('norm', BatchNorm2D).freeze();
    const frozen = () => ['conv', 'norm'].map((name) => weightHash(model.at(name)));
    const before = frozen();
    const rest = weightHash(model.at('fc'));
    model.train();
    expect([norm.frozen, norm.training, model.at('fc').training]).toEqual([true, false, true]);
    await fit(model, images, { optimizer: new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, weightDecay: 0.1 }) });
    await fit(model.eval(), images, { optimizer: sgd(model) });
    expect(frozen()).toEqual(before);
    expect(weightHash(model.at('fc'))).not.toBe(rest);
    expect(model.at('conv', Conv2D).weight.grad).toBe(null);
    model.train();
    model.at('conv').freeze(false);
    norm.freeze(false);
    expect(modes(model)).toEqual(Array(6).fill(true));
    await fit(model, images, { optimizer: sgd(model) });
    expect(frozen()[0]).not.toBe(before[0]);
    expect(norm.batchesTracked!.item()).toBe(1);
  });

  test('a part frozen by a callback stays so', async () => {
    const model = network();
    let kept = '';
    const freeze: Callback = {
      onEpochEnd({ epoch }) {
        if (epoch === 1) kept = weightHash(model.at('norm').freeze());
      },
    };
    await fit(model, images, { optimizer: sgd(model), epochs: 3, callbacks: [freeze] });
    expect([weightHash(model.at('norm')), model.at('norm').training]).toEqual([kept, false]);
  });
});
