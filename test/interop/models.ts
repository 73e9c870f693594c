import {
  AdaptiveAvgPool2D,
  AvgPool2D,
  BatchNorm1D,
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  cat,
  clamp,
  Dense,
  Dropout,
  Dropout2D,
  ELU,
  Flatten,
  GELU,
  Generator,
  GlobalAvgPool2D,
  GroupNorm,
  gather,
  Identity,
  InstanceNorm2D,
  LayerNorm,
  LeakyReLU,
  LogSoftmax,
  logSumExp,
  MaxPool2D,
  Module,
  manualSeed,
  matmul,
  maximum,
  minimum,
  norm,
  ones,
  Parameter,
  PReLU,
  pad,
  permute,
  pow,
  ReLU,
  Reshape,
  Residual,
  randn,
  Sequential,
  Sigmoid,
  SiLU,
  Softmax,
  slice,
  split,
  stack,
  Tanh,
  type Tensor,
  tensor,
  transpose,
  Upsample,
  variance,
  where,
} from '../../src/index.js';
import type { AnyModule } from '../../src/nn/module.js';

/** A model that is exported, and what one example of its inputs is like. */
export interface Exported {
  name: string;
  model: AnyModule;
  inputShape: readonly number[] | readonly (readonly number[])[];
}

const image = [3, 8, 8];

/** A function as a model, with numbers to learn of its own. */
class Program extends Module<Tensor[], unknown> {
  readonly scale = new Parameter(randn([3, 1, 1]));
  readonly matrix = new Parameter(randn([8, 5]));
  constructor(readonly run: (x: Tensor, other: Tensor, state: Program) => unknown) {
    super();
  }
  override forward(x: Tensor, other: Tensor): unknown {
    return this.run(x, other, this);
  }
}

class Siamese extends Module<[Tensor, Tensor], { distance: Tensor; features: Tensor }> {
  readonly tower = new Sequential(new Conv2D(1, 4, 3), new ReLU(), new Flatten(), new Dense(4 * 36, 6));
  override forward(a: Tensor, b: Tensor) {
    const [left, right] = [this.tower.forward(a), this.tower.forward(b)];
    return { distance: norm(left.sub(right), { axis: 1 }), features: cat([left, right], 1) };
  }
}

/** With statistics, weights and biases as after a training, not all the same. */
function trained<Model extends AnyModule>(model: Model): Model {
  const generator = new Generator('statistics');
  for (const { size, storage } of Object.values(model.stateDict())) {
    const { array } = storage;
    if (size > 1 && array.every((each) => each === array[0])) array.set(array.map(() => generator.uniform(0.5, 2)));
  }
  return model;
}

/** Every layer that can be exported. */
const layers: Record<string, [model: () => AnyModule, inputShape?: readonly number[]]> = {
  Conv2D: [() => new Conv2D(3, 5, 3)],
  'Conv2D with stride, padding, dilation': [
    () => new Conv2D(3, 4, [3, 2], { stride: 2, padding: [2, 1], dilation: [1, 2] }),
  ],
  "Conv2D, 'same' and even": [() => new Conv2D(3, 4, 4, { padding: 'same', bias: false })],
  'Conv2D in groups': [() => new Conv2D(4, 8, 3, { groups: 4, stride: [2, 1], padding: 1 }), [4, 8, 8]],
  'Conv2D as Winograd computes it': [() => new Conv2D(16, 16, 3, { padding: 1 }), [16, 12, 12]],
  ConvTranspose2D: [() => new ConvTranspose2D(3, 5, 3, { stride: 2, padding: 1, outputPadding: 1 })],
  'ConvTranspose2D in groups': [
    () => new ConvTranspose2D(4, 6, [2, 3], { groups: 2, dilation: [2, 1], bias: false }),
    [4, 5, 5],
  ],
  Dense: [() => new Dense(7, 4), [7]],
  'Dense without bias': [() => new Dense(7, 4, { bias: false }), [7]],
  MaxPool2D: [() => new MaxPool2D(3, { stride: 2, padding: 1 })],
  AvgPool2D: [() => new AvgPool2D([3, 2], { stride: [2, 3], padding: [1, 0] })],
  'AdaptiveAvgPool2D, uneven': [() => new AdaptiveAvgPool2D([3, 5])],
  GlobalAvgPool2D: [() => new GlobalAvgPool2D()],
  'Upsample, nearest': [() => new Upsample({ scale: [2, 3] })],
  'Upsample, bilinear': [() => new Upsample({ scale: [3, 2], mode: 'bilinear' })],
  BatchNorm2D: [() => trained(new BatchNorm2D(3))],
  'BatchNorm2D without a weight': [() => trained(new BatchNorm2D(3, { affine: false, eps: 0.1 }))],
  'BatchNorm2D without running statistics': [() => trained(new BatchNorm2D(3, { trackRunningStatistics: false }))],
  BatchNorm1D: [() => trained(new BatchNorm1D(3)), [3]],
  'BatchNorm1D of sequences': [() => trained(new BatchNorm1D(3)), [3, 6]],
  LayerNorm: [() => trained(new LayerNorm([8, 8]))],
  'LayerNorm of vectors, without a weight': [() => new LayerNorm(6, { affine: false }), [6]],
  GroupNorm: [() => trained(new GroupNorm(2, 4)), [4, 5, 5]],
  InstanceNorm2D: [() => trained(new InstanceNorm2D(3, { affine: true }))],
  Dropout: [() => new Sequential(new Dropout(0.5), new Dense(7, 4)), [7]],
  Dropout2D: [() => new Sequential(new Dropout2D(0.5), new ReLU())],
  Flatten: [() => new Flatten()],
  Reshape: [() => new Reshape([6, -1])],
  Identity: [() => new Identity()],
  Residual: [() => new Residual(new Conv2D(3, 4, 3, { padding: 1 }), new Conv2D(3, 4, 1))],
  ReLU: [() => new ReLU()],
  LeakyReLU: [() => new LeakyReLU(0.2)],
  PReLU: [() => new PReLU(3)],
  'PReLU, one weight': [() => new PReLU()],
  ELU: [() => new ELU(0.7)],
  SiLU: [() => new SiLU()],
  GELU: [() => new GELU()],
  'GELU, tanh': [() => new GELU({ approximate: 'tanh' })],
  Sigmoid: [() => new Sigmoid()],
  Tanh: [() => new Tanh()],
  Softmax: [() => new Softmax(1)],
  LogSoftmax: [() => new LogSoftmax(), [7]],
};

/** Operations that no layer does, on [N, 3, 8, 8], and, where it is asked for, on another of that shape. */
const programs: Record<string, (x: Tensor, other: Tensor, state: Program) => unknown> = {
  arithmetic: (x, _, { scale }) => x.mul(scale).add(2).div(x.abs().add(1)).sub(0.5).neg(),
  'powers and roots': (x) => pow(x.abs().add(0.1), 1.5).sqrt().log().exp(),
  'of two inputs': (a, b) => maximum(a, b).sub(minimum(a, 0.3).mul(b)),
  comparisons: (a, b) => [a.gt(b), a.ge(0), a.lt(b), a.le(0), a.eq(a), a.ne(b)].reduce((x, y) => x.mul(2).add(y)),
  where: (a, b) => where(a.gt(0), a, b.mul(10)),
  clamps: (x) =>
    clamp(x, { min: -0.5, max: 0.7 })
      .add(clamp(x, { min: 0 }))
      .add(x.clamp({ max: 1 })),
  'softplus, tanh, sigmoid': (x) => x.softplus().mul(x.tanh()).add(x.sigmoid()),
  sums: (x) => x.sum({ axis: [1, -1] }).add(x.mean({ axis: 3, keepDims: true }).sum({ axis: [1, 3] })),
  extremes: (x) => x.max({ axis: 1 }).sub(x.min({ axis: 1, keepDims: true }).squeeze(1)),
  'over the whole batch': (x) =>
    x
      .sub(x.mean())
      .div(x.abs().max())
      .add(x.sum({ axis: 0 })),
  norm: (x) => x.div(norm(x, { axis: [2, 3], keepDims: true })),
  variance: (x) => variance(x, { axis: [2, 3] }),
  logSumExp: (x) => logSumExp(x.reshape([-1, 192]), { axis: 1 }),
  argmax: (x) => x.argmax({ axis: 2 }).add(x.argmax({ axis: -1, keepDims: true }).reshape([-1, 3, 8])),
  gather: (x) => gather(x, 3, x.argmax({ axis: 3, keepDims: true })),
  matmul: (x, other, { matrix }) => matmul(x, transpose(other)).matmul(matrix),
  'axes in another order': (x) => permute(x, [0, 3, 1, 2]).flatten(1).unsqueeze(1),
  pieces: (x) => cat([slice(x, 3, 1, -2), ...split(x, [3, 5], 3).reverse()], 3),
  'pieces of the batch': (x) => cat([slice(x, 0, 1), slice(x, 0, 0, 1)]),
  stack: (a, b) => stack([a, b, a], 1).sum({ axis: -1 }),
  pad: (x) => pad(x, [1, 2, 3, 0], { value: 0.5 }),
  'as many groups as examples have channels': (x) =>
    x
      .reshape([x.shape[0] * 3, 64])
      .softmax()
      .reshape(x.shape),
  'rows for each example': (x) => cat([x.flatten(1), ones([x.shape[0], 4])], 1),
  'a constant of its own': (x) => x.mul(tensor([[1, 2, 3, 4, 5, 6, 7, 8]])),
  detached: (x, _, { scale }) => x.mul(scale.detach()).add(x.detach()),
  'its input': (x) => ({ same: x, again: x, twice: x.add(x) }),
  'half of what it computes': (x) => {
    clamp(x, { min: 0 }).sum();
    return x.relu();
  },
};

const networks: Exported[] = [
  {
    name: 'a small network',
    inputShape: [1, 28, 28],
    model: new Sequential({
      conv1: new Conv2D(1, 8, 5),
      relu1: new ReLU(),
      pool1: new MaxPool2D(2),
      conv2: new Conv2D(8, 16, 3),
      relu2: new ReLU(),
      pool2: new MaxPool2D(2),
      flatten: new Flatten(),
      dense: new Dense(400, 10),
    }),
  },
  {
    name: 'a residual network',
    inputShape: [3, 16, 16],
    model: trained(
      new Sequential(
        new Conv2D(3, 8, 3, { padding: 1, bias: false }),
        new BatchNorm2D(8),
        new ReLU(),
        new Residual(
          new Sequential(new Conv2D(8, 16, 3, { padding: 1, stride: 2 }), new BatchNorm2D(16), new GELU()),
          new Conv2D(8, 16, 1, { stride: 2 }),
        ),
        new GlobalAvgPool2D(),
        new Dropout(0.5),
        new Dense(16, 10),
      ),
    ),
  },
  {
    name: 'an autoencoder',
    inputShape: [1, 12, 12],
    model: new Sequential(
      new Conv2D(1, 8, 3, { stride: 2, padding: 1 }),
      new SiLU(),
      new ConvTranspose2D(8, 4, 3, { stride: 2, padding: 1, outputPadding: 1 }),
      new LeakyReLU(),
      new Upsample({ scale: 2, mode: 'bilinear' }),
      new Conv2D(4, 1, 3, { padding: 'same' }),
      new Sigmoid(),
    ),
  },
  {
    name: 'two inputs, two outputs, one tower',
    inputShape: [
      [1, 8, 8],
      [1, 8, 8],
    ],
    model: new Siamese(),
  },
];

manualSeed('interop');
/** Every model that is exported. */
export const models: readonly Exported[] = [
  ...Object.entries(layers).map(([name, [make, inputShape = image]]) => ({ name, model: make(), inputShape })),
  ...Object.entries(programs).map(([name, run]) => {
    const two = run.length > 1 && /of two|comparisons|where|matmul|stack/.test(name);
    return { name, model: new Program(run), inputShape: two ? [image, image] : image };
  }),
  ...networks,
];
