import type { Kernels } from '../kernels.js';
import { type DType, newArray, Storage } from '../storage.js';
import { conv2d, conv2dGradInput, conv2dGradWeight } from './conv.js';
import { dropoutAdd } from './dropout.js';
import {
  binary,
  binaryGradient,
  gather,
  reduceAdd,
  scatterAdd,
  spreadAdd,
  stripsAdd,
  unary,
  unaryGradient,
} from './elementwise.js';
import {
  crossEntropy,
  crossEntropyGradient,
  logSoftmax,
  logSoftmaxGradient,
  max,
  softmax,
  softmaxGradient,
} from './lines.js';
import { matmulAdd } from './matmul.js';
import { moments, normalize, normalizeGradient } from './normalize.js';
import { adadelta, adam, rmsprop, sgd } from './optimizers.js';
import { avgPool2d, avgPool2dGradient, maxPool2d } from './pool.js';

/** Plain loops, in float32 or float64: the definition that every other kind of kernels is compared with. */
export const reference: Kernels = {
  name: 'reference',
  allocate: zeros,
  zeros,
  allocateIndices: (length) => new Storage(new Int32Array(length)),
  unary,
  unaryGradient,
  binary,
  binaryGradient,
  reduceAdd,
  spreadAdd,
  max,
  gather,
  scatterAdd,
  stripsAdd,
  matmulAdd,
  softmax,
  softmaxGradient,
  logSoftmax,
  logSoftmaxGradient,
  crossEntropy,
  crossEntropyGradient,
  moments,
  normalize,
  normalizeGradient,
  dropoutAdd,
  conv2d,
  conv2dGradInput,
  conv2dGradWeight,
  maxPool2d,
  maxPool2dGradient: scatterAdd,
  avgPool2d,
  avgPool2dGradient,
  sgd,
  adam,
  rmsprop,
  adadelta,
};

function zeros(dtype: DType, length: number): Storage {
  return new Storage(newArray(dtype, length));
}
