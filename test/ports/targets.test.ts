import { expect, test } from 'vitest';
import {
  Adam,
  BatchNorm1D,
  bceWithLogits,
  Dataset,
  Dense,
  evaluate,
  fit,
  Generator,
  huberLoss,
  type Metric,
  manualSeed,
  meanAbsoluteError,
  predict,
  ReduceLROnPlateau,
  ReLU,
  Sequential,
  SGD,
  SiLU,
  sigmoid,
  type Tensor,
} from '../../src/index.js';
import { expectLearned, expectResumed } from './resumed.js';

const draw = new Generator('targets');
const inputs = Array.from({ length: 40 }, () => Array.from({ length: 4 }, () => draw.normal()));
const flat = inputs.flat();

/** Examples of which all labels are right. */
class Exact implements Metric<Tensor, Tensor> {
  readonly mode = 'max';
  #sums = [0, 0];
  reset() {
    this.#sums = [0, 0];
  }
  update(logits: Tensor, targets: Tensor) {
    const all = logits.gt(0).eq(targets).min({ axis: 1 });
    this.#sums = [this.#sums[0] + all.sum().item(), this.#sums[1] + all.size];
  }
  result() {
    return this.#sums[0] / this.#sums[1];
  }
  saveState() {
    return this.#sums;
  }
  loadState(state: unknown) {
    if (Array.isArray(state)) this.#sums = state;
  }
}

test('several labels an example', async () => {
  const data = new Dataset(
    flat,
    [4],
    inputs.flatMap(([a, b, c]) => [a > 0, b > 0, a + c > 0].map(Number)),
    {
      targetShape: [3],
    },
  );
  const right = (logits: Tensor, targets: Tensor) => logits.gt(0).eq(targets).mean().item();
  const { model, history } = await expectResumed(async (rest) => {
    manualSeed(1);
    const model = new Sequential(new Dense(4, 16), new ReLU(), new Dense(16, 3));
    const optimizer = new Adam(model.parameters(), { lr: 0.02 });
    const history = await fit(model, data, {
      optimizer,
      loss: (logits, targets) => bceWithLogits(logits, targets, { posWeight: 1.2 }),
      metrics: { right, exact: new Exact() },
      epochs: 5,
      batchSize: 8,
      seed: 1,
      ...rest,
    });
    return { model, history };
  });
  expectLearned(history, 0.8);
  const { metrics } = evaluate(model, data, { loss: bceWithLogits, metrics: { right, exact: new Exact() } });
  expect(metrics.right).toBeGreaterThan(0.85);
  expect(metrics.exact).toBeLessThanOrEqual(metrics.right);
});

test('regression, with a plateau', async () => {
  const data = new Dataset(
    flat,
    [4],
    inputs.flatMap(([a, b, c, d]) => [a - b + 0.1 * d, a + 2 * c]),
    {
      targetShape: [2],
    },
  );
  const [train, validation] = data.split(10, new Generator(2));
  const { history } = await expectResumed(async (rest) => {
    manualSeed(2);
    const model = new Sequential(new Dense(4, 16), new BatchNorm1D(16), new SiLU(), new Dense(16, 2));
    const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
    const history = await fit(model, train, {
      optimizer,
      scheduler: new ReduceLROnPlateau(optimizer, { patience: 1 }),
      loss: huberLoss,
      metrics: { error: meanAbsoluteError() },
      validation,
      epochs: 10,
      batchSize: 7,
      seed: 2,
      ...rest,
    });
    return { model, history };
  });
  expectLearned(history, 0.5);
  const [first, last] = [history.epochs[0], history.epochs[9]];
  expect(last.metrics.error).toBeLessThan(first.metrics.error);
  expect(last.validation?.metrics.error).toBeLessThan(1);
});

test('one logit for two classes', async () => {
  const data = new Dataset(
    flat,
    [4],
    inputs.map(([a, b]) => Number(a > b)),
    { targetShape: [1] },
  );
  const accuracy = (logits: Tensor, targets: Tensor) => logits.gt(0).eq(targets).mean().item();
  const { model, history } = await expectResumed(async (rest) => {
    manualSeed(3);
    const model = new Sequential(new Dense(4, 8), new ReLU(), new Dense(8, 1));
    const optimizer = new Adam(model.parameters(), { lr: 0.02 });
    const options = { loss: bceWithLogits, metrics: { accuracy }, validation: data, epochs: 5, batchSize: 8, seed: 3 };
    return { model, history: await fit(model, data, { optimizer, ...options, ...rest }) };
  });
  expectLearned(history);
  expect(history.epochs[4].accuracy).toBe(history.epochs[4].metrics.accuracy);
  expect(history.epochs[4].validation?.accuracy).toBeGreaterThan(0.8);
  const probabilities = sigmoid(predict(model, data));
  expect(Math.max(...probabilities.data)).toBeLessThan(1);
});
