import { describe, expect, test } from 'vitest';
import {
  Adam,
  BatchNorm2D,
  bceWithLogits,
  Conv2D,
  ConvTranspose2D,
  cat,
  crossEntropy,
  Dataset,
  Dense,
  evaluate,
  Flatten,
  fit,
  Generator,
  LeakyReLU,
  Module,
  manualSeed,
  mseLoss,
  norm,
  ones,
  predict,
  ReLU,
  Reshape,
  randn,
  Sequential,
  SGD,
  split,
  sub,
  summary,
  Tanh,
  type Tensor,
  tensor,
  tripletMarginLoss,
  zeros,
} from '../../src/index.js';
import { expectLearned, expectResumed } from './resumed.js';

const draw = new Generator('several');
/** Images [1, 8, 8] of three kinds: bright at the top, in the middle, at the bottom. */
const bright = (kind: number) => Array.from({ length: 64 }, (_, i) => (Math.floor(i / 24) === kind ? 1 : 0));
const image = (kind: number) => bright(kind).map((value) => value + 0.2 * draw.normal());

/** A generator and a discriminator; what it gives for noise is what the generator draws. */
class DCGAN extends Module {
  readonly noise = 6;
  readonly generator = new Sequential(
    new Dense(6, 8 * 2 * 2),
    new Reshape([8, 2, 2]),
    new BatchNorm2D(8),
    new ReLU(),
    new ConvTranspose2D(8, 4, 4, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2D(4),
    new ReLU(),
    new ConvTranspose2D(4, 1, 4, { stride: 2, padding: 1 }),
    new Tanh(),
  );
  readonly discriminator = new Sequential(
    new Conv2D(1, 4, 4, { stride: 2, padding: 1 }),
    new LeakyReLU(0.2),
    new Conv2D(4, 8, 4, { stride: 2, padding: 1, bias: false }),
    new BatchNorm2D(8),
    new LeakyReLU(0.2),
    new Flatten(),
    new Dense(8 * 2 * 2, 1),
  );
  override forward(noise: Tensor): Tensor {
    return this.generator.forward(noise);
  }
}

test('DCGAN: a step of its own, two optimizers', async () => {
  const labels = Array.from({ length: 28 }, (_, i) => i % 3);
  const real = new Dataset(labels.flatMap(image), [1, 8, 8], labels);
  const { model, history } = await expectResumed(async (rest) => {
    manualSeed(1);
    const model = new DCGAN();
    const optimizer = {
      generator: new Adam(model.generator.parameters(), { lr: 2e-3, betas: [0.5, 0.999] }),
      discriminator: new Adam(model.discriminator.parameters(), { lr: 2e-3, betas: [0.5, 0.999] }),
    };
    const history = await fit(model, real, {
      optimizer,
      epochs: 3,
      batchSize: 7,
      seed: 1,
      step({ x, y }) {
        const n = y.length;
        const fakes = model.forward(randn([n, model.noise]));
        const judged = bceWithLogits(model.discriminator.forward(x), ones([n, 1])).add(
          bceWithLogits(model.discriminator.forward(fakes.detach()), zeros([n, 1])),
        );
        optimizer.discriminator.zeroGrad();
        judged.backward();
        optimizer.discriminator.step();

        const fooled = bceWithLogits(model.discriminator.forward(fakes), ones([n, 1]));
        optimizer.generator.zeroGrad();
        fooled.backward();
        optimizer.generator.step();
        return { discriminator: judged.item(), generator: fooled.item() };
      },
      ...rest,
    });
    return { model, history };
  });
  const [first, , last] = history.epochs;
  expect(last.metrics.discriminator).toBeLessThan(first.metrics.discriminator);
  expect(predict(model, randn([5, 6]), { batchSize: 2 }).shape).toEqual([5, 1, 8, 8]);
});

describe('siamese networks', () => {
  const tower = () =>
    new Sequential(new Conv2D(1, 4, 3, { stride: 2, padding: 1 }), new ReLU(), new Flatten(), new Dense(64, 4));

  /** How far two images are apart, by one network for both. */
  class Pair extends Module<[Tensor, Tensor]> {
    readonly tower = tower();
    override forward(a: Tensor, b: Tensor): Tensor {
      return norm(this.tower.forward(a).sub(this.tower.forward(b)), { axis: 1, keepDims: true });
    }
  }

  test('contrastive: two images, the same kind or not', async () => {
    const kinds = Array.from({ length: 30 }, () => [draw.integer(3), draw.integer(3)]);
    const data = new Dataset(
      [kinds.flatMap(([a]) => image(a)), kinds.flatMap(([, b]) => image(b))],
      [
        [1, 8, 8],
        [1, 8, 8],
      ],
      kinds.map(([a, b]) => (a === b ? 1 : 0)),
      { targetShape: [1] },
    );
    /** Those of one kind together, others at least 1 apart. */
    const contrastive = (distance: Tensor, same: Tensor) => {
      const apart = distance.neg().add(1).relu();
      return same
        .mul(distance.pow(2))
        .add(same.neg().add(1).mul(apart.pow(2)))
        .mean();
    };
    const right = (distance: Tensor, same: Tensor) => distance.lt(0.5).eq(same).mean().item();
    const { model, history } = await expectResumed(async (rest) => {
      manualSeed(2);
      const model = new Pair();
      const optimizer = new Adam(model.parameters(), { lr: 0.01 });
      const options = { loss: contrastive, metrics: { right }, validation: data, epochs: 5, batchSize: 6, seed: 2 };
      return { model, history: await fit(model, data, { optimizer, ...options, ...rest }) };
    });
    expectLearned(history);
    expect(history.epochs[4].validation?.metrics.right).toBeGreaterThan(0.7);
    expect(predict(model, [randn([3, 1, 8, 8]), randn([3, 1, 8, 8])]).shape).toEqual([3, 1]);
  });

  /** Three images by one network. */
  class Triple extends Module<[Tensor, Tensor, Tensor], [Tensor, Tensor, Tensor]> {
    readonly tower = tower();
    override forward(a: Tensor, b: Tensor, c: Tensor): [Tensor, Tensor, Tensor] {
      return [this.tower.forward(a), this.tower.forward(b), this.tower.forward(c)];
    }
  }

  test('triplets, in batches that are drawn anew in each epoch', async () => {
    const { history } = await expectResumed(async (rest) => {
      manualSeed(4);
      const generator = new Generator(4);
      const some = (kinds: number[]) =>
        tensor(kinds.flatMap(bright), { shape: [kinds.length, 1, 8, 8] }).add(
          randn([kinds.length, 1, 8, 8], { generator }).mul(0.2),
        );
      const batches = {
        *[Symbol.iterator]() {
          for (let batch = 0; batch < 4; batch++) {
            const kinds = Array.from({ length: 5 }, () => generator.integer(3));
            const others = kinds.map((kind) => (kind + 1 + generator.integer(2)) % 3);
            yield { x: [some(kinds), some(kinds), some(others)], y: Int32Array.from(kinds) };
          }
        },
      };
      const model = new Triple();
      const history = await fit(model, batches, {
        optimizer: new Adam(model.parameters(), { lr: 0.003 }),
        loss: ([anchor, positive, negative]) => tripletMarginLoss(anchor, positive, negative),
        metrics: {},
        epochs: 4,
        generators: [generator],
        ...rest,
      });
      return { model, history };
    });
    expectLearned(history);
  });
});

/** An image and two numbers, one of three kinds and a place. */
class TwoAndTwo extends Module<[Tensor, Tensor], [Tensor, Tensor]> {
  readonly eye = new Sequential(new Conv2D(1, 4, 3, { stride: 2 }), new ReLU(), new Flatten());
  readonly ear = new Sequential(new Dense(2, 8), new ReLU());
  readonly both = new Sequential(new Dense(36 + 8, 16), new ReLU());
  readonly kind = new Dense(16, 3);
  readonly place = new Dense(16, 2);
  override forward(picture: Tensor, sound: Tensor): [Tensor, Tensor] {
    const features = this.both.forward(cat([this.eye.forward(picture), this.ear.forward(sound)], 1));
    return [this.kind.forward(features), this.place.forward(features)];
  }
}

test('two inputs and two heads', async () => {
  const kinds = Array.from({ length: 30 }, (_, i) => i % 3);
  const places = kinds.map(() => [draw.normal(), draw.normal()]);
  const data = new Dataset(
    [kinds.flatMap(image), places.flatMap(([x, y]) => [x + y, x - y])],
    [[1, 8, 8], [2]],
    kinds.flatMap((kind, i) => [kind, ...places[i]]),
    { targetShape: [3] },
  );
  const parts = (targets: Tensor) => {
    const [kind, place] = split(targets, [1, 2], 1);
    return { kind: kind.squeeze(1), place };
  };
  const loss = ([kind, place]: [Tensor, Tensor], targets: Tensor) => {
    const wanted = parts(targets);
    return crossEntropy(kind, wanted.kind).add(mseLoss(place, wanted.place));
  };
  const metrics = {
    named: ([kind]: [Tensor, Tensor], y: Tensor) => kind.argmax({ axis: 1 }).eq(parts(y).kind).mean().item(),
    distance: ([, place]: [Tensor, Tensor], y: Tensor) =>
      norm(sub(place, parts(y).place), { axis: 1 })
        .mean()
        .item(),
  };
  const { model, history } = await expectResumed(async (rest) => {
    manualSeed(3);
    const model = new TwoAndTwo();
    const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
    const history = await fit(model, data, {
      optimizer,
      loss,
      metrics,
      validation: data,
      epochs: 15,
      batchSize: 8,
      seed: 3,
      ...rest,
    });
    return { model, history };
  });
  expectLearned(history, 0.7);
  const measured = evaluate(model, data, { loss, metrics });
  expect(measured.metrics.named).toBeGreaterThan(0.7);
  expect(measured.metrics.distance).toBeLessThan(history.epochs[0].metrics.distance);
  const [kind, place] = predict(model, data);
  expect([kind.shape, place.shape]).toEqual([
    [30, 3],
    [30, 2],
  ]);
  expect(summary(model, [[1, 8, 8], [2]]).parameters).toBe(
    model.parameters().reduce((sum, parameter) => sum + parameter.size, 0),
  );
});
