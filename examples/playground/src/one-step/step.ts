/** One step of gradient descent on a copy of a network, with every number that it takes. */
import {
  crossEntropy,
  type Dataset,
  noGrad,
  type Sequential,
  SGD,
  softmax,
  type Tensor,
  tensor,
} from '../../../../src/index.js';
import type { HeldOut } from '../worker/held-out.js';
import { loadWeights, weightsOf } from '../worker/weights.js';

/** What a network makes of a batch whose digits are known. */
export interface Judged {
  /** Mean of -log of what `given` holds: the cross-entropy. */
  loss: number;
  /** The probability that each digit's own class is given, 0 to 1. */
  given: Float64Array;
}

/** A step, before and after. Weights and gradients stand one parameter after the other; conv1's filters come first. */
export interface Step {
  lr: number;
  before: Float32Array;
  gradient: Float32Array;
  after: Float32Array;
  judgedBefore: Judged;
  judgedAfter: Judged;
}

/** Of the digits, in even distances, at most so many. */
export function batchOf(digits: HeldOut | Dataset, count: number): Dataset {
  const size = Math.min(count, digits.length);
  return digits.subset(Array.from({ length: size }, (_, i) => Math.floor((i * digits.length) / size)));
}

/** What a network with these weights makes of the batch. @param copy a network of their make, which gets the weights */
export function judge(copy: Sequential, weights: Float32Array, batch: Dataset): Judged {
  loadWeights(copy, weights);
  return noGrad(() => judged(copy.forward(imagesOf(batch)), batch.labels));
}

/**
 * Plain stochastic gradient descent, once: after = before - lr * gradient, for all weights of the network together.
 * @param copy a network of the make of the weights; it gets them, and takes the step
 * @param weights as `weightsOf` gives them; they stay as they are
 * @param lr learning rate, at least 0
 */
export function takeStep(copy: Sequential, weights: Float32Array, batch: Dataset, lr: number): Step {
  loadWeights(copy, weights);
  const optimizer = new SGD(copy.parameters(), { lr });
  optimizer.zeroGrad();
  const logits = copy.forward(imagesOf(batch));
  const judgedBefore = noGrad(() => judged(logits, batch.labels));
  crossEntropy(logits, batch.labels).backward();
  const gradient = joined(copy.parameters().map(({ grad }) => grad!.data));
  optimizer.step();
  const after = weightsOf(copy);
  const judgedAfter = noGrad(() => judged(copy.forward(imagesOf(batch)), batch.labels));
  return { lr, before: weights.slice(), gradient, after, judgedBefore, judgedAfter };
}

/** How far an arrow reaches within its cell, -1 to 1: up where the weight grows, the longest as far as it can. */
export function arrowsOf(before: Float32Array, after: Float32Array): { most: number; reach: number[] } {
  const changes = Array.from(after, (value, i) => value - before[i]);
  const most = changes.reduce((largest, change) => Math.max(largest, Math.abs(change)), 0);
  return { most, reach: changes.map((change) => (most > 0 ? change / most : 0)) };
}

function imagesOf({ inputs, inputShape, length }: Dataset): Tensor {
  return tensor(inputs, { shape: [length, ...inputShape] });
}

function judged(logits: Tensor, labels: Int32Array): Judged {
  const { data, shape } = softmax(logits);
  const given = Float64Array.from(labels, (label, i) => data[i * shape[1] + label]);
  return { loss: crossEntropy(logits, labels).item(), given };
}

function joined(parts: ArrayLike<number>[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
