import { wrap } from '../autograd/create.js';
import type { Variable } from '../autograd/graph.js';
import type { Tensor } from '../autograd/tensor.js';
import type { Dataset, Inputs, Targets } from '../data/dataset.js';
import { ArgumentError } from '../errors.js';
import { inEvaluation } from '../nn/modes.js';
import { type AnyModule, lineOf, Parameter } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import { showShape } from '../shape.js';
import { lookThrough } from './divergence.js';

/**
 * @internal Throws when a last batch of one example would make batch normalization fail: before anything is learned, rather than
 * after the first epoch.
 */
export function checkLastBatch(model: AnyModule, dataset: Dataset<Targets, Inputs>): void {
  const normalizes = new Set<AnyModule>();
  for (const [, layer] of model.namedModules()) {
    const trains = !layer.frozen && (layer.training || !model.training);
    if (trains && 'batchesTracked' in layer) normalizes.add(layer);
  }
  if (normalizes.size === 0) return;
  const x = dataset.allInputs.map(({ shape }, which) => wrap(dataset.input(0, which).slice(), [1, ...shape]));
  let fails: string | undefined;
  const look = (name: string, layer: AnyModule, [{ shape }]: Tensor[]) => {
    if (normalizes.has(layer) && shape.slice(2).every((size) => size === 1)) fails ??= `${name} (${lineOf(layer)})`;
  };
  inEvaluation(model, () => lookThrough(model, x, look));
  if (fails === undefined) return;
  const found = `the last batch is one example, of which ${fails} gets one number a channel, which has no variance`;
  throw new ArgumentError('fit', `${found}: give dropLast: true, or another batchSize`);
}

/**
 * @internal Looks at how the loss of the first batch was computed.
 * @param warns whether what is likely to be a mistake is said, once for each model and dataset
 * @throws ArgumentError for a Parameter that neither the model nor the optimizer has
 */
export function checkFirstBatch(
  { model, optimizers }: { model: AnyModule; optimizers: Readonly<Record<string, Optimizer>> },
  about: object,
  x: Inputs,
  loss: Tensor,
  warns: boolean,
): void {
  const known = new Set<unknown>([
    ...model.parameters(),
    ...Object.values(optimizers).flatMap(({ groups }) => groups.flatMap(({ params }) => [...params])),
  ]);
  const seen = new Set<Variable>();
  for (const open: Variable[] = [loss]; open.length > 0; ) {
    const variable = open.pop()!;
    if (seen.has(variable)) continue;
    seen.add(variable);
    if (variable instanceof Parameter && variable.requiresGrad && !known.has(variable)) {
      const found = `the loss depends on a Parameter ${showShape(variable.shape)} that neither the model nor the optimizer has`;
      throw new ArgumentError('fit', `${found}: put it into a field of the model, or freeze() it`);
    }
    const { name, inputs } = variable.node ?? { inputs: [] };
    open.push(...inputs);
    if (warns && (name === 'crossEntropy' || name === 'nllLoss') && inputs[0].node?.name === 'softmax') {
      warn(
        model,
        `${name} gets what softmax gives; it expects ${name === 'nllLoss' ? 'logSoftmax' : 'logits, without softmax'}`,
      );
    }
  }
  if (!warns) return;
  let [least, most] = [0, 0];
  for (const value of (Array.isArray(x) ? x[0] : x).storage.array) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least === 0 && most > 100 && most <= 255) {
    warn(about, `the inputs go up to ${most}; pixels are usually divided by 255, so that they go from 0 to 1`);
  }
}

/** @internal Says when a parameter belongs to several optimizers, each of which would change it. */
export function warnOfShared(model: AnyModule, optimizers: Readonly<Record<string, Optimizer>>): void {
  const owners = new Map<Tensor, string>();
  for (const [name, { groups }] of Object.entries(optimizers)) {
    for (const parameter of groups.flatMap(({ params }) => [...params])) {
      const other = owners.get(parameter);
      if (other) warn(model, `the optimizers ${other} and ${name} have parameters in common, which both change`);
      owners.set(parameter, name);
    }
  }
}

const told = /* @__PURE__ */ new WeakSet<object>();

function warn(about: object, text: string): void {
  if (told.has(about)) return;
  told.add(about);
  console.warn(`convgrad: ${text} (warnings: false turns this off)`);
}
