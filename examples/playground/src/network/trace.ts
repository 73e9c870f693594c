/** What a network computes for one image, from its pixels to the probabilities. */
import { Conv2D, Dense, noGrad, type Sequential, softmax, type Tensor, tensor } from '../../../../src/index.js';
import { activations } from '../../../../src/inspect/index.js';

/** The stages that the strip shows, in the order in which the numbers go through them. */
export const STAGES = ['input', 'conv1', 'pool1', 'conv2', 'pool2', 'classes'] as const;
export type Stage = (typeof STAGES)[number];

/** Stages behind a convolution. */
export type ConvolutionStage = 'conv1' | 'conv2';
/** Stages behind a pooling. */
export type PoolingStage = 'pool1' | 'pool2';

/** Pixels along a side of the image. */
export const SIDE = 28;
/** Numbers along a side of a pooling's window, which moves by as many. */
export const POOL = 2;

/** Numbers in rows and columns, in several maps of the same size. */
export interface Maps {
  channels: number;
  /** Rows and columns of a map. */
  height: number;
  width: number;
  /** [channels, height, width], row-major. */
  values: Float32Array;
}

/** The weights that were at work. */
interface Weights {
  /** Along a side of a filter. */
  kernel: Record<ConvolutionStage, number>;
  /** [out, in, kernel, kernel] of each convolution. */
  filters: Record<ConvolutionStage, Float32Array>;
  /** One for each filter; null where there is none. */
  bias: Record<ConvolutionStage, Float32Array | null>;
  /** [classes, numbers of pool2], and a bias for each class. */
  dense: Float32Array;
  denseBias: Float32Array;
}

export interface Trace {
  /** What each stage gives: of convolutions after ReLU, of `classes` the probabilities, ten maps of one number. */
  stages: Record<Stage, Maps>;
  /** What the convolutions give before ReLU. */
  sums: Record<ConvolutionStage, Maps>;
  /** What the dense layer gives, which softmax makes probabilities of. */
  logits: Float32Array;
  weights: Weights;
}

/**
 * Runs one image through the network. The recipe pools before ReLU, and the page shows ReLU first: the largest of numbers
 * of which the negative ones have become 0 is the largest number, or 0 if that is negative, so the pooled maps are the same.
 * @param pixels [28, 28], ink from 0 to 1
 */
export function traceOf(model: Sequential, pixels: Float32Array): Trace {
  const x = tensor(pixels, { shape: [1, 1, SIDE, SIDE] });
  const names = ['conv1', 'relu1', 'conv2', 'relu2', 'dense'] as const;
  const { conv1, relu1, conv2, relu2, dense } = activations(model, x, names);
  const logits = dense[0];
  const probabilities = noGrad(() => Float32Array.from(softmax(logits).data));
  const sums = { conv1: mapsOf(conv1[0]), conv2: mapsOf(conv2[0]) };
  return {
    stages: {
      input: { channels: 1, height: SIDE, width: SIDE, values: pixels },
      conv1: rectified(sums.conv1),
      pool1: mapsOf(relu1[0]),
      conv2: rectified(sums.conv2),
      pool2: mapsOf(relu2[0]),
      classes: { channels: probabilities.length, height: 1, width: 1, values: probabilities },
    },
    sums,
    logits: Float32Array.from(logits.data),
    weights: weightsOf(model),
  };
}

/** Copies, since the model gets other weights while they are shown. */
function weightsOf(model: Sequential): Weights {
  const [conv1, conv2] = [model.at('conv1', Conv2D), model.at('conv2', Conv2D)];
  const dense = model.at('dense', Dense);
  const copy = (parameter: Tensor | null) => parameter && Float32Array.from(parameter.data);
  return {
    kernel: { conv1: conv1.kernelSize[0], conv2: conv2.kernelSize[0] },
    filters: { conv1: Float32Array.from(conv1.weight.data), conv2: Float32Array.from(conv2.weight.data) },
    bias: { conv1: copy(conv1.bias), conv2: copy(conv2.bias) },
    dense: Float32Array.from(dense.weight.data),
    denseBias: copy(dense.bias) ?? new Float32Array(dense.weight.shape[0]),
  };
}

function mapsOf({ shape, data }: Tensor): Maps {
  const [, channels, height, width] = shape;
  return { channels, height, width, values: Float32Array.from(data) };
}

function rectified(maps: Maps): Maps {
  return { ...maps, values: maps.values.map((value) => Math.max(0, value)) };
}
