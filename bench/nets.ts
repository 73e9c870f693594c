/**
 * The networks that are compared, once, as data. Each contestant builds them with its own layers, from the same weights.
 * Max pooling stands in front of ReLU for all of them: the numbers are the same as behind it, and ReLU has a quarter of the
 * work.
 */

export type LayerSpec =
  | {
      kind: 'conv';
      inChannels: number;
      outChannels: number;
      kernel: number;
      padding: number;
      stride: number;
      /** 1, or `inChannels` of a depthwise convolution, which has as many filters. */
      groups: number;
      bias: boolean;
    }
  | { kind: 'batchNorm'; channels: number }
  | { kind: 'maxPool'; size: number }
  | { kind: 'globalAvgPool' }
  | { kind: 'relu' }
  | { kind: 'flatten' }
  | { kind: 'dense'; inFeatures: number; outFeatures: number }
  /** shortcut(x) + block(x); an empty shortcut is x itself. */
  | { kind: 'residual'; block: readonly LayerSpec[]; shortcut: readonly LayerSpec[] };

export interface NetSpec {
  readonly title: string;
  /** [channels, height, width] of one image. */
  readonly input: Size;
  /** The learning rate at batches of 32 and more. @default 0.05 */
  readonly lr?: number;
  readonly layers: readonly LayerSpec[];
}

/** [channels, height, width] */
export type Size = readonly [number, number, number];

const conv = (inChannels: number, outChannels: number, kernel: number, padding = 0): LayerSpec => ({
  kind: 'conv',
  inChannels,
  outChannels,
  kernel,
  padding,
  stride: 1,
  groups: 1,
  bias: true,
});
const dense = (inFeatures: number, outFeatures: number): LayerSpec => ({ kind: 'dense', inFeatures, outFeatures });
const relu: LayerSpec = { kind: 'relu' };
const pool: LayerSpec = { kind: 'maxPool', size: 2 };
const flatten: LayerSpec = { kind: 'flatten' };
const globalAvgPool: LayerSpec = { kind: 'globalAvgPool' };
const MNIST = [1, 28, 28] as const;
const COLOR = [3, 32, 32] as const;

/** A convolution that keeps the size, or halves it, and batch norm in place of its bias. */
function normalizedConv(inChannels: number, outChannels: number, kernel: number, stride = 1, groups = 1): LayerSpec[] {
  const padding = kernel >> 1;
  return [
    { kind: 'conv', inChannels, outChannels, kernel, padding, stride, groups, bias: false },
    { kind: 'batchNorm', channels: outChannels },
  ];
}

/** The block of He et al. 2016, https://arxiv.org/abs/1512.03385. */
function residual(inChannels: number, outChannels: number, stride = 1): LayerSpec[] {
  const block = [
    ...normalizedConv(inChannels, outChannels, 3, stride),
    relu,
    ...normalizedConv(outChannels, outChannels, 3),
  ];
  const shortcut = inChannels === outChannels ? [] : normalizedConv(inChannels, outChannels, 1, stride);
  return [{ kind: 'residual', block, shortcut }, relu];
}

/** The block of Howard et al. 2017, "MobileNets", https://arxiv.org/abs/1704.04861. */
function separable(inChannels: number, outChannels: number, stride = 1): LayerSpec[] {
  return [
    ...normalizedConv(inChannels, inChannels, 3, stride, inChannels),
    relu,
    ...normalizedConv(inChannels, outChannels, 1),
    relu,
  ];
}

export const NETS: Record<string, NetSpec> = {
  S: {
    title: 'two padded 5x5 convolutions, of 8 and 16 filters',
    input: MNIST,
    layers: [conv(1, 8, 5, 2), pool, relu, conv(8, 16, 5, 2), pool, relu, flatten, dense(784, 10)],
  },
  E: {
    title: "the main job's (examples/03-train-mnist.ts)",
    input: MNIST,
    layers: [conv(1, 8, 5), pool, relu, conv(8, 16, 3), pool, relu, flatten, dense(400, 10)],
  },
  J: {
    title: "jax-js's own MNIST demo",
    input: MNIST,
    layers: [conv(1, 24, 5), pool, relu, conv(24, 32, 3), pool, relu, flatten, dense(800, 128), relu, dense(128, 10)],
  },
  B: {
    title: "PyTorch's own MNIST example, without dropout",
    input: MNIST,
    layers: [conv(1, 32, 3), relu, conv(32, 64, 3), pool, relu, flatten, dense(9216, 128), relu, dense(128, 10)],
  },
  R: {
    title: 'a small ResNet, two blocks each of 16, 32 and 64 channels',
    input: COLOR,
    lr: 0.005,
    layers: [
      ...normalizedConv(3, 16, 3),
      relu,
      ...residual(16, 16),
      ...residual(16, 16),
      ...residual(16, 32, 2),
      ...residual(32, 32),
      ...residual(32, 64, 2),
      ...residual(64, 64),
      globalAvgPool,
      dense(64, 10),
    ],
  },
  M: {
    title: 'like MobileNet, five depthwise separable blocks up to 128 channels',
    input: COLOR,
    lr: 0.005,
    layers: [
      ...normalizedConv(3, 16, 3),
      relu,
      ...separable(16, 32),
      ...separable(32, 64, 2),
      ...separable(64, 64),
      ...separable(64, 128, 2),
      ...separable(128, 128),
      globalAvgPool,
      dense(128, 10),
    ],
  },
  V: {
    title: 'like VGG, convolutions of 32, 64 and 128 filters',
    input: COLOR,
    layers: [
      conv(3, 32, 3, 1),
      pool,
      relu,
      conv(32, 64, 3, 1),
      pool,
      relu,
      conv(64, 128, 3, 1),
      pool,
      relu,
      flatten,
      dense(2048, 10),
    ],
  },
  VN: {
    title: 'the same with batch norm',
    input: COLOR,
    lr: 0.005,
    layers: [
      ...normalizedConv(3, 32, 3),
      pool,
      relu,
      ...normalizedConv(32, 64, 3),
      pool,
      relu,
      ...normalizedConv(64, 128, 3),
      pool,
      relu,
      flatten,
      dense(2048, 10),
    ],
  },
};

/** A layer where it stands: what it gets and gives, and whether it gets the image itself. */
export interface Placed {
  layer: LayerSpec;
  input: Size;
  output: Size;
  onImage: boolean;
}

/** All layers in the order of their parameters: those inside a residual block before the block, its shortcut last. */
export function placed(net: NetSpec): Placed[] {
  const found: Placed[] = [];
  const run = (layers: readonly LayerSpec[], from: Size, onImage: boolean): Size => {
    let input = from;
    for (const [i, layer] of layers.entries()) {
      const first = onImage && i === 0;
      const output = layer.kind === 'residual' ? run(layer.block, input, first) : outputOf(layer, input);
      if (layer.kind === 'residual') run(layer.shortcut, input, first);
      found.push({ layer, input, output, onImage: first });
      input = output;
    }
    return input;
  };
  run(net.layers, net.input, true);
  return found;
}

/** Of a dense layer height and width are 1. */
function outputOf(layer: LayerSpec, [channels, height, width]: Size): Size {
  if (layer.kind === 'conv') {
    const along = (size: number) => Math.floor((size + 2 * layer.padding - layer.kernel) / layer.stride) + 1;
    return [layer.outChannels, along(height), along(width)];
  }
  if (layer.kind === 'maxPool') return [channels, Math.floor(height / layer.size), Math.floor(width / layer.size)];
  if (layer.kind === 'flatten') return [channels * height * width, 1, 1];
  if (layer.kind === 'globalAvgPool') return [channels, 1, 1];
  return layer.kind === 'dense' ? [layer.outFeatures, 1, 1] : [channels, height, width];
}

/** Whether there is batch norm in it. */
export function isNormalized(net: NetSpec): boolean {
  return placed(net).some(({ layer }) => layer.kind === 'batchNorm');
}

/** What a model holds: `fanIn` products make one output; what batch norm learns begins as `start`. */
export interface ParameterSpec {
  layer: LayerSpec;
  shape: number[];
  fanIn?: number;
  start?: number;
}

/** Parameters in the order of `parameters()`: a weight, then its bias, layer by layer. Shapes are PyTorch's. */
export function parameterShapes(net: NetSpec): ParameterSpec[] {
  return placed(net).flatMap(({ layer }): ParameterSpec[] => {
    if (layer.kind === 'conv') {
      const inside = layer.inChannels / layer.groups;
      const fanIn = inside * layer.kernel ** 2;
      const weight = { layer, shape: [layer.outChannels, inside, layer.kernel, layer.kernel], fanIn };
      return layer.bias ? [weight, { layer, shape: [layer.outChannels], fanIn }] : [weight];
    }
    if (layer.kind === 'dense') {
      const fanIn = layer.inFeatures;
      return [
        { layer, shape: [layer.outFeatures, fanIn], fanIn },
        { layer, shape: [layer.outFeatures], fanIn },
      ];
    }
    if (layer.kind === 'batchNorm') {
      return [
        { layer, shape: [layer.channels], start: 1 },
        { layer, shape: [layer.channels], start: 0 },
      ];
    }
    return [];
  });
}

/**
 * Floating-point operations to train on one image, dense arithmetic, two a multiply-add: forward, the gradient of the
 * weights and the gradient of the input, which the first layer does not need. Pooling, ReLU, batch norm and biases are not
 * counted.
 */
export function trainingFlops(net: NetSpec): number {
  return placed(net).reduce((flops, { layer, output: [, height, width], onImage }) => {
    const passes = onImage ? 2 : 3;
    if (layer.kind === 'conv') {
      const products = (layer.inChannels / layer.groups) * layer.outChannels * layer.kernel ** 2;
      return flops + passes * 2 * products * height * width;
    }
    return layer.kind === 'dense' ? flops + passes * 2 * layer.inFeatures * layer.outFeatures : flops;
  }, 0);
}
