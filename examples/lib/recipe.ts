/**
 * The network and the training of the main job, which the examples 03, 04 and 05 share.
 *
 * Two choices make what is learned visible. conv1 has no bias: a filter is nothing but its weights. And weight decay on
 * these weights alone lets the noise that they start with fade, by exp(-lr / (1 - momentum) * weightDecay * steps / 2)
 * over a linear schedule: what is left at the end is what was learned. Neither changes the accuracy by much, and neither
 * knows what an edge is.
 */
import {
  Adam,
  AdamW,
  accuracy,
  type Batch,
  type Batches,
  type Callback,
  Conv2D,
  crossEntropy,
  Dataset,
  Dense,
  type FitOptions,
  Flatten,
  fit,
  type History,
  LinearLR,
  MaxPool2D,
  type Optimizer,
  ReLU,
  randn,
  Sequential,
  SGD,
  type Tensor,
  zeros,
} from '../../src/index.js';

export interface Settings {
  epochs: number;
  batchSize: number;
  /** Learning rate, falling to 0 along a straight line. */
  lr: number;
  /** Of conv1's filters alone. */
  weightDecay: number;
  /** Seed of the order of the images. */
  seed: number;
  /** 'sgd' unless given. */
  optimizer?: OptimizerName;
}

export const SETTINGS = { epochs: 10, batchSize: 64, lr: 0.05, weightDecay: 0.015, seed: 0 } satisfies Settings;

type Groups = { params: Tensor[]; weightDecay?: number }[];

/** How the gradient becomes a step. The recipe is the first; the playground has all of them to choose from. */
export const OPTIMIZERS = {
  sgd: (groups: Groups, lr: number): Optimizer => new SGD(groups, { lr, momentum: 0.9 }),
  plain: (groups: Groups, lr: number): Optimizer => new SGD(groups, { lr }),
  adam: (groups: Groups, lr: number): Optimizer => new Adam(groups, { lr }),
  adamw: (groups: Groups, lr: number): Optimizer => new AdamW(groups, { lr, weightDecay: 0 }),
};

export type OptimizerName = keyof typeof OPTIMIZERS;

/** What weights start as: PyTorch's default, or He's normal numbers of variance 2 / fanIn with biases of 0. */
export type Initialization = 'default' | 'he';

/**
 * 28x28 pixels to ten logits; every weight starts as a random number from the default generator. Max pooling stands in
 * front of ReLU, which keeps the order of numbers: the result is the same as behind it, and ReLU has a quarter of the work.
 */
export function network({
  filters = 12,
  kernelSize = 5,
  initialization = 'default' as Initialization,
} = {}): Sequential {
  const afterPool1 = Math.floor((28 - kernelSize + 1) / 2);
  const afterPool2 = Math.floor((afterPool1 - 2) / 2);
  const model = new Sequential({
    conv1: new Conv2D(1, filters, kernelSize, { bias: false }),
    pool1: new MaxPool2D(2),
    relu1: new ReLU(),
    conv2: new Conv2D(filters, 16, 3),
    pool2: new MaxPool2D(2),
    relu2: new ReLU(),
    flatten: new Flatten(),
    dense: new Dense(16 * afterPool2 ** 2, 10),
  });
  return initialization === 'he' ? heInitialized(model) : model;
}

/** Source: He et al. 2015, https://arxiv.org/abs/1502.01852, equation 10. */
function heInitialized(model: Sequential): Sequential {
  const drawn = model.namedParameters().map(([name, { shape, size }]) => {
    const fanIn = size / shape[0];
    return [name, shape.length === 1 ? zeros(shape) : randn(shape).mul(Math.sqrt(2 / fanIn))] as const;
  });
  model.loadStateDict(Object.fromEntries(drawn));
  return model;
}

/**
 * Stochastic gradient descent with momentum unless another optimizer is asked for, on the digits in random order, or in
 * batches that come as they are.
 */
export function train(
  model: Sequential,
  digits: { train: Dataset | (Batches<Batch> & { readonly length: number }); heldOut: Dataset | undefined },
  { epochs, batchSize, lr, weightDecay, seed, optimizer: name = 'sgd' }: Settings,
  callbacks: Callback[] = [],
  more: Partial<FitOptions> = {},
): Promise<History> {
  const filters = model.at('conv1', Conv2D).weight;
  const others = model.parameters().filter((parameter) => parameter !== filters);
  const optimizer = OPTIMIZERS[name]([{ params: [filters], weightDecay }, { params: others }], lr);
  const { train: data, heldOut: validation } = digits;
  const whole = data instanceof Dataset;
  const totalIters = epochs * (whole ? Math.ceil(data.length / batchSize) : data.length);
  const scheduler = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters });
  // Goes into checkpoints, which say so whose they are.
  const settings = { epochs, batchSize, lr, weightDecay, seed, optimizer: name };
  const tells: Callback = { name: 'recipe', saveState: () => settings };
  const order = whole ? { batchSize, seed } : { loss: crossEntropy, metrics: { accuracy: accuracy() } };
  return fit(model, data, {
    ...order,
    epochs,
    optimizer,
    scheduler,
    validation,
    callbacks: [tells, ...callbacks],
    ...more,
  });
}
