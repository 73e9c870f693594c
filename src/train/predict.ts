import { wrap } from '../autograd/create.js';
import { noGrad } from '../autograd/graph.js';
import { type FloatArray, newArray } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { Dataset, type Inputs, type Targets } from '../data/dataset.js';
import { ArgumentError, checkNumber, readOptions, ShapeError, show } from '../errors.js';
import { joining } from '../nn/join.js';
import { inEvaluation } from '../nn/modes.js';
import { type AnyModule, checkModel, type Module } from '../nn/module.js';
import { clone } from '../ops/reshape.js';
import { type Shape, sameShape, showShape, sizeOf } from '../shape.js';

/** Options of `predict`. */
export interface PredictOptions {
  /**
   * How many examples go through the model at once. It changes outputs in the last digits at most, unless a layer looks at
   * the whole batch, as batch norm without running statistics does.
   * @default 100
   */
  batchSize?: number;
}

const WHERE = 'predict';

/**
 * The outputs of a model, such as logits. Layers are in evaluation mode meanwhile (each has its own mode back afterwards), no
 * gradient is recorded, and nothing of the model changes.
 *
 * A `BatchNorm2D` that stands directly behind a `Conv2D` in a `Sequential`, at any depth, is folded into its filters: outputs
 * differ from those of `forward` by about 2e-6 of the largest. The folded filters are kept until a number changes that they
 * were computed from.
 * @param model takes batches [n, ...] and gives one output an example, [n, ...], or a list of such outputs
 * @param inputs [N, ...], or a list of them for a model that gets several, or a dataset, whose targets are not looked at
 * @returns [N, ...], in the order of the inputs; a list where the model gives one. Of no inputs what the model gives for a
 * batch [0, ...]
 * @throws ShapeError for inputs without an axis of examples, and when the model does not give one output an example
 */
export function predict<Output extends Inputs>(
  model: Module<Tensor[], Output>,
  inputs: Tensor | readonly Tensor[] | Dataset<Targets, Inputs>,
  options: PredictOptions = {},
): Output {
  const { batchSize } = readOptions(WHERE, options, { batchSize: 100 });
  checkModel(WHERE, model);
  checkNumber(WHERE, 'batchSize', batchSize, { least: 1, whole: true });
  const { length, batch } = examplesOf(inputs);
  return inEvaluation(model, () => {
    if (length <= batchSize) return noGrad(() => outputsOf(model, batch(0, length), length));
    const outputs: { values: FloatArray; shape: Shape }[] = [];
    let list = false;
    for (let from = 0; from < length; from += batchSize) {
      const to = Math.min(length, from + batchSize);
      noGrad(() => {
        const given = outputsOf(model, batch(from, to), to - from);
        list = Array.isArray(given);
        [given].flat().forEach(({ shape, dtype, storage }, i) => {
          const [, ...each] = shape;
          const size = sizeOf(each);
          if (from === 0) outputs[i] = { values: newArray(dtype, length * size), shape: each };
          if (!outputs[i] || !sameShape(each, outputs[i].shape)) {
            const got = `got ${showShape(each)} for inputs ${from} to ${to - 1}`;
            const expected = outputs[i] ? showShape(outputs[i].shape) : `${outputs.length} outputs`;
            throw new ShapeError(WHERE, `expected the model to give shape ${expected} for each input, ${got}`);
          }
          outputs[i].values.set(storage.array, from * size);
        });
      });
    }
    const all = outputs.map(({ values, shape }) => wrap(values, [length, ...shape]));
    return (list ? all : all[0]) as Output;
  });
}

/** @internal What the model gives for a batch, with batch norm folded into convolutions. */
export function infer(model: AnyModule, x: Inputs): unknown {
  return joining(() => forwardOf(model, x));
}

/** @internal What the model gives for a batch of one input or several. */
export function forwardOf(model: AnyModule, x: Inputs): unknown {
  return model.forward(...(Array.isArray(x) ? x : [x]));
}

/** What the model gives for a batch, checked to be one output an example, or a list of such; none is an input itself. */
function outputsOf<Output extends Inputs>(model: Module<Tensor[], Output>, x: Inputs, count: number): Output {
  const given = infer(model, x);
  const checked = [given].flat().map((y: unknown) => {
    if (!(y instanceof Tensor)) throw new ArgumentError(WHERE, `expected the model to return a Tensor, got ${show(y)}`);
    if (y.shape[0] === count) return [x].flat().some(({ storage }) => storage === y.storage) ? clone(y) : y;
    const expected = `expected the model to give one output an example, [${count}, ...]`;
    throw new ShapeError(WHERE, `${expected}, got shape ${showShape(y.shape)}`);
  });
  return (Array.isArray(given) ? checked : checked[0]) as Output;
}

/** How many examples there are, and those from an index on as a batch. */
function examplesOf(inputs: Tensor | readonly Tensor[] | Dataset<Targets, Inputs>) {
  if (inputs instanceof Dataset) {
    const { length, allInputs, several } = inputs;
    const batch = (from: number, to: number): Inputs => {
      const all = allInputs.map(({ values, shape }) => part(values, shape, from, to));
      return several ? all : all[0];
    };
    return { length, batch };
  }
  const list = Array.isArray(inputs) ? (inputs as readonly Tensor[]) : [inputs as Tensor];
  for (const each of list) {
    if (each instanceof Tensor && each.shape.length > 0) continue;
    const expected = 'expected inputs as a Tensor [N, ...], a list of them, or a Dataset';
    if (each instanceof Tensor) throw new ShapeError(WHERE, 'expected inputs [N, ...], got a single number, shape []');
    throw new ArgumentError(WHERE, `${expected}, got ${show(each)}`);
  }
  if (list.length === 0) throw new ArgumentError(WHERE, 'expected at least one input, got an empty list');
  const [length] = list[0].shape;
  const other = list.find(({ shape }) => shape[0] !== length);
  if (other)
    throw new ShapeError(WHERE, `expected ${length} examples in each input, got shape ${showShape(other.shape)}`);
  const batch = (from: number, to: number): Inputs => {
    const all = list.map((each) =>
      to - from === length ? each.detach() : part(each.storage.array, each.shape.slice(1), from, to),
    );
    return Array.isArray(inputs) ? all : all[0];
  };
  return { length, batch };
}

function part(values: FloatArray, shape: Shape, from: number, to: number): Tensor {
  const size = sizeOf(shape);
  return wrap(values.slice(from * size, to * size), [to - from, ...shape]);
}
