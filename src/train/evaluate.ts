import { noGrad } from '../autograd/graph.js';
import { Tensor } from '../autograd/tensor.js';
import { checkDataset, type Dataset } from '../data/dataset.js';
import { DataLoader } from '../data/loader.js';
import { ArgumentError, readOptions, ShapeError, show } from '../errors.js';
import { checkModel, inEvaluation, type Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { showShape } from '../shape.js';

/** From logits [N, classes] and N class indices to the mean loss of the batch, a tensor of one number. */
export type Loss = (logits: Tensor, labels: Int32Array) => Tensor;

export interface Evaluation {
  /** Mean loss over all examples. */
  loss: number;
  /** The fraction of examples whose largest logit is that of their label, from 0 to 1. */
  accuracy: number;
  /** The confusion matrix: how many examples of class i (row) were taken for class j (column). */
  confusion: number[][];
  /** The class with the largest logit, for each example in order. */
  predictions: Int32Array;
}

/**
 * Measures a model on a dataset. Layers are in evaluation mode meanwhile, no gradient is recorded, and nothing of the
 * model changes.
 * @param model takes batches [N, ...dataset.inputShape] and gives logits [N, classes]
 * @param options `batchSize`: 100 unless given, as fast as larger ones in less memory; `loss`: `crossEntropy` unless given
 * @throws ShapeError when the model gives something else than logits
 */
export function evaluate(
  model: Module,
  dataset: Dataset,
  options: { batchSize?: number; loss?: Loss } = {},
): Evaluation {
  const { batchSize, loss } = readOptions('evaluate', options, { batchSize: 100, loss: crossEntropy });
  checkModel('evaluate', model);
  checkDataset('evaluate', 'the data', dataset);
  const confusion = Array.from({ length: dataset.classes }, () => new Array<number>(dataset.classes).fill(0));
  const predictions = new Int32Array(dataset.length);
  let done = 0;
  let correct = 0;
  let sum = 0;
  inEvaluation(model, () => {
    for (const { x, y } of new DataLoader(dataset, { batchSize })) {
      noGrad(() => {
        const logits = model.forward(x);
        const predicted = argmax('evaluate', logits, y.length, dataset.classes);
        sum += lossOf('evaluate', loss, logits, y).item() * y.length;
        predicted.forEach((guess, i) => {
          confusion[y[i]][guess]++;
          if (guess === y[i]) correct++;
        });
        predictions.set(predicted, done);
      });
      done += y.length;
    }
  });
  return { loss: sum / done, accuracy: correct / done, confusion, predictions };
}

/** @internal The loss of a batch, checked to be a tensor. */
export function lossOf(where: string, loss: Loss, logits: Tensor, labels: Int32Array): Tensor {
  const value: unknown = loss(logits, labels);
  if (value instanceof Tensor) return value;
  throw new ArgumentError(where, `expected the loss to return a Tensor, got ${show(value)}`);
}

/** @internal The index of the largest logit of each row, checked to be [rows, classes]; the first of equals. */
export function argmax(where: string, logits: Tensor, rows: number, classes: number): Int32Array {
  const { shape, storage } = logits;
  const data = storage.array;
  if (shape.length !== 2 || shape[0] !== rows || shape[1] < classes) {
    throw new ShapeError(
      where,
      `expected logits [${rows}, ${classes}] from the model, one row an example and one column a class, ` +
        `got shape ${showShape(shape)}`,
    );
  }
  return Int32Array.from({ length: rows }, (_, row) => {
    const first = row * shape[1];
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[first + c] > data[first + best]) best = c;
    return best;
  });
}
