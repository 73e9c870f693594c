import { noGrad } from '../autograd/graph.js';
import { Tensor } from '../autograd/tensor.js';
import { checkDataset, checkNames, type Dataset } from '../data/dataset.js';
import { DataLoader } from '../data/loader.js';
import { ArgumentError, readOptions, ShapeError, show } from '../errors.js';
import { checkModel, inEvaluation, type Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { shareOf } from '../ops/share.js';
import { showShape } from '../shape.js';
import { infer } from './predict.js';

/**
 * From logits [N, classes] and N class indices to the loss of the batch, a tensor of one number. What one of convgrad's losses
 * returns, whatever its reduction and its class weights, counts so that the figure is the mean over all data, however they fall
 * into batches; anything else, such as a sum of two losses, counts as the mean over the examples of its batch.
 */
export type Loss = (logits: Tensor, labels: Int32Array) => Tensor;

export interface Evaluation {
  /** Mean loss over all examples; see `Loss`. */
  loss: number;
  /** The fraction of examples whose largest logit is that of their label, from 0 to 1. */
  accuracy: number;
  /** The confusion matrix: how many examples of class i (row) were taken for class j (column), of all that the model has. */
  confusion: number[][];
  /** The class with the largest logit, for each example in order; -1 where there is none, as that or any is NaN. */
  predictions: Int32Array;
}

/**
 * Measures a model on a dataset. Layers are in evaluation mode meanwhile, no gradient is recorded, and nothing of the
 * model changes. Batch norm is folded into the convolution before it, as `predict` does: logits differ from those of `forward` by
 * about 2e-6 of the largest.
 * @param model takes batches [N, ...dataset.inputShape] and gives logits [N, classes]
 * @param options `batchSize`: 100 unless given, as fast as larger ones in less memory; `loss`: `crossEntropy` unless given
 * @throws ShapeError when the model gives something else than logits; ArgumentError when the classes of the model and those of
 * the data have names, and not the same in the same order
 */
export function evaluate(
  model: Module,
  dataset: Dataset,
  options: { batchSize?: number; loss?: Loss } = {},
): Evaluation {
  const { batchSize, loss } = readOptions('evaluate', options, { batchSize: 100, loss: crossEntropy });
  checkModel('evaluate', model);
  checkDataset('evaluate', 'the data', dataset);
  checkNames('evaluate', 'the data', model.classNames, dataset);
  let confusion: number[][] = [];
  const predictions = new Int32Array(dataset.length);
  const total = { done: 0, correct: 0, loss: 0, weight: 0 };
  inEvaluation(model, () => {
    for (const { x, y } of new DataLoader(dataset, { batchSize })) {
      noGrad(() => {
        const logits = infer(model, x);
        const predicted = argmax('evaluate', logits, y.length, dataset.classes);
        const { sum, weight } = shareOf(lossOf('evaluate', loss, logits, y), y.length);
        total.loss += sum;
        total.weight += weight;
        const classes = logits.shape[1];
        if (total.done === 0) confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
        predicted.forEach((guess, i) => {
          if (guess >= 0) confusion[y[i]][guess]++;
          if (guess === y[i]) total.correct++;
        });
        predictions.set(predicted, total.done);
      });
      total.done += y.length;
    }
  });
  const { done, correct, loss: sum, weight } = total;
  return { loss: sum / weight, accuracy: correct / done, confusion, predictions };
}

/** @internal The loss of a batch, checked to be a tensor. */
export function lossOf(where: string, loss: Loss, logits: Tensor, labels: Int32Array): Tensor {
  const value: unknown = loss(logits, labels);
  if (value instanceof Tensor) return value;
  throw new ArgumentError(where, `expected the loss to return a Tensor, got ${show(value)}`);
}

/**
 * @internal The index of the largest logit of each row, the first of equals; -1 where it is not finite, or a NaN stands in the
 * row. Throws unless the logits are [rows, at least classes].
 */
export function argmax(where: string, logits: Tensor, rows: number, classes: number): Int32Array {
  const { shape, storage } = logits;
  const data = storage.array;
  const [, width] = shape;
  if (shape.length !== 2 || shape[0] !== rows || width < classes) {
    throw new ShapeError(
      where,
      `expected logits [${rows}, ${classes}] from the model, one row an example and one column a class, ` +
        `got shape ${showShape(shape)}`,
    );
  }
  return Int32Array.from({ length: rows }, (_, row) => {
    const first = row * width;
    let best = first;
    for (let i = first; i < first + width; i++) {
      if (Number.isNaN(data[i])) return -1;
      if (data[i] > data[best]) best = i;
    }
    return Number.isFinite(data[best]) ? best - first : -1;
  });
}
