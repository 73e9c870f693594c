import { noGrad } from '../autograd/graph.js';
import { Tensor } from '../autograd/tensor.js';
import type { Dataset, Targets } from '../data/dataset.js';
import { ArgumentError, show } from '../errors.js';
import { ablate } from '../inspect/network/ablation.js';
import { sum } from '../inspect/values.js';
import type { Module } from '../nn/module.js';
import { sameShape, sizeOf } from '../shape.js';
import { evaluate, type Loss } from '../train/evaluate.js';
import type { Metrics } from '../train/metrics.js';
import { predict } from '../train/predict.js';

/** How the outputs of a model compare with targets that are numbers, on the held-out data. */
export interface Comparison {
  /** Each of the targets of shape [K]. */
  targets: TargetError[];
  /** Of targets that are images: examples from the smallest error to the largest, with their outputs. */
  examples: { index: number; error: number; output: number[] }[];
}

/** How far the outputs are off one of the targets. */
export interface TargetError {
  name: string;
  /** Whether it is 0 or 1 in all examples. */
  yesNo: boolean;
  /** The mean absolute difference; of a yes or no the share of outputs on the wrong side of 0.5. */
  error: number;
  /** The same for whoever always says the mean; of a yes or no, for whoever always says what is more frequent. */
  guess: number;
}

/** The options of `report` that are about targets that are numbers. */
interface Task {
  model: Module;
  data: { heldOut: Dataset<Targets> };
  loss?: Loss<Tensor, Targets>;
  metrics?: Metrics<Tensor, Targets>;
  output?: (output: Tensor) => Tensor;
  targetNames?: readonly string[];
}

/** Images that are shown beside their targets. */
const SHOWN = 6;

/** Whether targets are classes. */
export function isNaming(dataset: Dataset<Targets>): dataset is Dataset {
  return dataset.targetShape === null;
}

/** The loss and the metrics on the held-out data. */
export function measured({ model, data: { heldOut }, loss, metrics = {} }: Task) {
  if (!loss)
    throw new ArgumentError('report', 'expected the loss, such as mseLoss: the targets are numbers, not classes');
  const measures = evaluate<Tensor, Targets, Tensor>(model, heldOut, { loss, metrics });
  const none = { accuracy: Number.NaN, confusion: [], mistakes: Number.NaN, worst: [], right: 0 };
  return { ...none, ...measures, count: heldOut.length };
}

/** The loss without each filter. */
export function losses({ model, data: { heldOut }, loss }: Task, layer: string, count: number): number[] {
  return Array.from({ length: count }, (_, filter) => {
    const { run } = ablate(model, layer, filter);
    return run(() => evaluate<Tensor, Targets, Tensor>(model, heldOut, { loss, metrics: {} })).loss;
  });
}

/** The outputs beside the targets; nothing where they have another shape. */
export function compare({ model, data: { heldOut }, output, targetNames }: Task): Comparison {
  const { length, targets } = heldOut;
  const targetShape = heldOut.targetShape!;
  const given: unknown = noGrad(() => {
    const outputs = predict(model, heldOut);
    return output ? output(outputs) : outputs;
  });
  const none: Comparison = { targets: [], examples: [] };
  if (!(given instanceof Tensor) || !sameShape(given.shape, [length, ...targetShape])) return none;
  const outputs = given.storage.array;
  const size = sizeOf(targetShape);
  if (targetShape.length < 2) {
    if (targetNames && (!Array.isArray(targetNames) || targetNames.length !== size)) {
      throw new ArgumentError('report', `expected ${size} targetNames, got ${show(targetNames)}`);
    }
    const column = (values: ArrayLike<number>, k: number) => Array.from({ length }, (_, i) => values[i * size + k]);
    const errors = Array.from({ length: size }, (_, k) => {
      return { name: targetNames?.[k] ?? `target ${k}`, ...errorOf(column(outputs, k), column(targets, k)) };
    });
    return { ...none, targets: errors };
  }
  if (targetShape.length > 3) return none;
  const errors = Array.from({ length }, (_, i) => {
    const from = i * size;
    let error = 0;
    for (let p = from; p < from + size; p++) error += Math.abs(outputs[p] - targets[p]);
    return { index: i, error: error / size };
  }).sort((a, b) => a.error - b.error || a.index - b.index);
  const count = Math.min(SHOWN, length);
  const examples = Array.from({ length: count }, (_, i) => {
    const { index, error } = errors[Math.round((i * (length - 1)) / Math.max(1, count - 1))];
    return { index, error, output: Array.from(outputs.subarray(index * size, (index + 1) * size)) };
  });
  return { ...none, examples };
}

function errorOf(outputs: readonly number[], targets: readonly number[]): Omit<TargetError, 'name'> {
  const mean = sum(targets) / targets.length;
  const yesNo = targets.every((target) => target === 0 || target === 1);
  if (yesNo) {
    const wrong = outputs.filter((output, i) => output > 0.5 !== targets[i] > 0.5).length;
    return { yesNo, error: wrong / targets.length, guess: Math.min(mean, 1 - mean) };
  }
  const difference = (of: (i: number) => number) =>
    sum(targets.map((target, i) => Math.abs(of(i) - target))) / targets.length;
  return { yesNo, error: difference((i) => outputs[i]), guess: difference(() => mean) };
}
