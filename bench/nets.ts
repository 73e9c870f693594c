/**
 * The networks that are compared, once, as data. Each contestant builds them with its own layers, from the same weights.
 * Max pooling stands in front of ReLU for all of them: the numbers are the same as behind it, and ReLU has a quarter of the
 * work.
 */

export type LayerSpec =
  | { kind: 'conv'; inChannels: number; outChannels: number; kernel: number; padding: number }
  | { kind: 'maxPool'; size: number }
  | { kind: 'relu' }
  | { kind: 'flatten' }
  | { kind: 'dense'; inFeatures: number; outFeatures: number };

export interface NetSpec {
  readonly title: string;
  /** [channels, height, width] of one image. */
  readonly input: readonly [number, number, number];
  readonly layers: readonly LayerSpec[];
}

const conv = (inChannels: number, outChannels: number, kernel: number, padding = 0): LayerSpec => ({
  kind: 'conv',
  inChannels,
  outChannels,
  kernel,
  padding,
});
const dense = (inFeatures: number, outFeatures: number): LayerSpec => ({ kind: 'dense', inFeatures, outFeatures });
const relu: LayerSpec = { kind: 'relu' };
const pool: LayerSpec = { kind: 'maxPool', size: 2 };
const flatten: LayerSpec = { kind: 'flatten' };
const MNIST = [1, 28, 28] as const;

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
};

/** Parameters in the order of `parameters()`: a weight, then its bias, layer by layer. Shapes are PyTorch's. */
export function parameterShapes(net: NetSpec): { shape: number[]; fanIn: number }[] {
  return net.layers.flatMap((layer) => {
    if (layer.kind === 'conv') {
      const fanIn = layer.inChannels * layer.kernel ** 2;
      return [
        { shape: [layer.outChannels, layer.inChannels, layer.kernel, layer.kernel], fanIn },
        { shape: [layer.outChannels], fanIn },
      ];
    }
    if (layer.kind === 'dense') {
      const fanIn = layer.inFeatures;
      return [
        { shape: [layer.outFeatures, fanIn], fanIn },
        { shape: [layer.outFeatures], fanIn },
      ];
    }
    return [];
  });
}

/** [channels, height, width] that each layer gets; what a dense layer gets has height and width 1. */
export function inputShapes(net: NetSpec): [number, number, number][] {
  let [channels, height, width] = net.input;
  return net.layers.map((layer) => {
    const input: [number, number, number] = [channels, height, width];
    if (layer.kind === 'conv') {
      channels = layer.outChannels;
      height += 2 * layer.padding - layer.kernel + 1;
      width += 2 * layer.padding - layer.kernel + 1;
    } else if (layer.kind === 'maxPool') {
      height = Math.floor(height / layer.size);
      width = Math.floor(width / layer.size);
    } else if (layer.kind === 'flatten' || layer.kind === 'dense') {
      channels = layer.kind === 'dense' ? layer.outFeatures : channels * height * width;
      height = 1;
      width = 1;
    }
    return input;
  });
}

/**
 * Floating-point operations to train on one image, dense arithmetic, two a multiply-add: forward, the gradient of the
 * weights and the gradient of the input, which the first layer does not need. Pooling, ReLU and biases are not counted.
 */
export function trainingFlops(net: NetSpec): number {
  const shapes = inputShapes(net);
  let flops = 0;
  net.layers.forEach((layer, i) => {
    const passes = i === 0 ? 2 : 3;
    if (layer.kind === 'conv') {
      const [, outHeight, outWidth] = shapes[i + 1];
      flops += passes * 2 * layer.inChannels * layer.outChannels * layer.kernel ** 2 * outHeight * outWidth;
    } else if (layer.kind === 'dense') {
      flops += passes * 2 * layer.inFeatures * layer.outFeatures;
    }
  });
  return flops;
}
