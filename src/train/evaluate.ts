import { noGrad } from '../autograd/graph.js';
import { Tensor } from '../autograd/tensor.js';
import { checkDataset, checkNames, type Dataset, type Inputs, type Targets } from '../data/dataset.js';
import { DataLoader } from '../data/loader.js';
import { ArgumentError, readOptions, show } from '../errors.js';
import { inEvaluation } from '../nn/modes.js';
import { type AnyModule, checkModel, type Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { shareOf } from '../ops/share.js';
import { argmax, asMetric, type Metrics } from './metrics.js';
import { infer } from './predict.js';
import { sizeOfBatch } from './source.js';

/**
 * From what the model gives for a batch, such as logits [N, classes], and the targets, such as N class indices, to the loss of
 * the batch, a tensor of one number. What one of convgrad's losses returns, whatever its reduction and its class weights, counts
 * so that the figure is the mean over all data, however they fall into batches; anything else, such as a sum of two losses,
 * counts as the mean over the examples of its batch.
 */
export type Loss<Output = Tensor, Y = Int32Array> = (output: Output, targets: Y) => Tensor;

/** What a model was measured by. */
export interface Measures {
  /** Mean loss over all examples; see `Loss`. */
  loss: number;
  /** The metrics by name. */
  metrics: Record<string, number>;
}

/** How well a model names classes. */
export interface Evaluation extends Measures {
  /** The fraction of examples whose largest logit is that of their label, from 0 to 1. */
  accuracy: number;
  /** The confusion matrix: how many examples of class i (row) were taken for class j (column), of all that the model has. */
  confusion: number[][];
  /** The class with the largest logit, for each example in order; -1 where there is none, as that or any is NaN. */
  predictions: Int32Array;
}

/** Options of `evaluate`. */
export interface EvaluateOptions<Output = Tensor, Y = Targets> {
  /** Examples in a batch: larger ones are no faster, and take more memory. @default 100 */
  batchSize?: number;
  /** From outputs and targets to the loss of a batch; see `Loss`. @default crossEntropy, where targets are classes */
  loss?: Loss<Output, Y>;
  /** What else to measure, such as `{ error: meanAbsoluteError() }`. @default accuracy, where targets are classes */
  metrics?: Metrics<Output, Y>;
}

/**
 * Measures a model on a dataset. Layers are in evaluation mode meanwhile, no gradient is recorded, and nothing of the
 * model changes. Batch norm is folded into the convolution before it, as `predict` does: logits differ from those of `forward` by
 * about 2e-6 of the largest.
 * @param model takes batches [N, ...dataset.inputShape], and gives logits [N, classes] unless `metrics` are given
 * @returns with `metrics`, or where targets are no classes: `Measures`
 * @throws ShapeError when the model gives something else than logits; ArgumentError when the classes of the model and those of
 * the data have names, and not the same in the same order, and where targets are no classes and no loss is given
 */
export function evaluate<Y extends Int32Array, X extends Inputs>(
  model: AnyModule,
  dataset: Dataset<Y, X>,
  options?: { batchSize?: number; loss?: Loss; metrics?: undefined },
): Evaluation;
export function evaluate<Output, Y extends Targets, X extends Inputs>(
  model: Module<Tensor[], Output>,
  dataset: Dataset<Y, X>,
  options: EvaluateOptions<Output, Y>,
): Measures;
export function evaluate(
  model: AnyModule,
  dataset: Dataset<Targets, Inputs>,
  options: EvaluateOptions<never, never> = {},
): Measures | Evaluation {
  const where = 'evaluate';
  const given = readOptions(where, options, { batchSize: 100, loss: undefined, metrics: undefined });
  checkModel(where, model);
  checkDataset(where, 'the data', dataset);
  checkNames(where, 'the data', model.classNames, dataset);
  const { batchSize } = given;
  const loss = lossFor(where, dataset, given.loss);
  const metrics = metricsFrom(given.metrics);
  const naming = dataset.targetShape === null && !given.metrics ? new Naming(dataset) : null;
  const sums = { loss: 0, weight: 0 };
  for (const metric of metrics.values()) metric.reset();
  inEvaluation(model, () => {
    for (const { x, y } of new DataLoader(dataset, { batchSize })) {
      noGrad(() => {
        const output = infer(model, x);
        naming?.update(output, y as Int32Array);
        const { sum, weight } = shareOf(lossOf(where, loss, output, y), sizeOfBatch({ x, y }));
        sums.loss += sum;
        sums.weight += weight;
        for (const metric of metrics.values()) metric.update(output, y);
      });
    }
  });
  const measures = Object.fromEntries([...metrics].map(([name, metric]) => [name, metric.result()]));
  const figures = { loss: sums.loss / sums.weight, metrics: measures };
  if (!naming) return figures;
  const { predictions, confusion } = naming;
  const accuracy = naming.correct / dataset.length;
  return { ...figures, metrics: { ...measures, accuracy }, accuracy, confusion, predictions };
}

/** Which classes are taken for which. */
class Naming {
  readonly predictions: Int32Array;
  confusion: number[][] = [];
  correct = 0;
  readonly #classes: number;
  #done = 0;

  constructor({ length, classes }: Dataset<Targets, Inputs>) {
    this.predictions = new Int32Array(length);
    this.#classes = classes;
  }

  update(logits: unknown, labels: Int32Array): void {
    const guesses = argmax('evaluate', logits as Tensor, labels.length, this.#classes);
    const [, classes] = (logits as Tensor).shape;
    if (this.#done === 0) this.confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    guesses.forEach((guess, i) => {
      if (guess >= 0) this.confusion[labels[i]][guess]++;
      if (guess === labels[i]) this.correct++;
    });
    this.predictions.set(guesses, this.#done);
    this.#done += labels.length;
  }
}

/** @internal The loss that was given, or cross entropy where that fits. */
export function lossFor(
  where: string,
  dataset: Dataset<Targets, Inputs> | null,
  loss: Loss<never, never> | undefined,
): Loss<unknown, unknown> {
  if (loss !== undefined) {
    if (typeof loss === 'function') return loss as Loss<unknown, unknown>;
    throw new ArgumentError(where, `expected loss to be a function, got ${show(loss)}`);
  }
  if (!dataset || dataset.targetShape === null) return crossEntropy as Loss<unknown, unknown>;
  throw new ArgumentError(where, 'expected a loss, such as mseLoss: the targets are numbers, not classes');
}

/** @internal Metrics by name, ready to be kept up. */
export function metricsFrom(given: Metrics<never, never> = {}): Map<string, ReturnType<typeof asMetric>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ArgumentError('metrics', `expected metrics by name, such as { top3: topK(3) }, got ${show(given)}`);
  }
  return new Map(Object.entries(given).map(([name, metric]) => [name, asMetric(name, metric)]));
}

/** @internal The loss of a batch, checked to be a tensor. */
export function lossOf(where: string, loss: Loss<unknown, unknown>, output: unknown, targets: unknown): Tensor {
  const value: unknown = loss(output, targets);
  if (value instanceof Tensor) return value;
  throw new ArgumentError(where, `expected the loss to return a Tensor, got ${show(value)}`);
}
