import { wrap } from '../autograd/create.js';
import { noGrad } from '../autograd/graph.js';
import { type FloatArray, newArray } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { Dataset } from '../data/dataset.js';
import { ArgumentError, checkNumber, readOptions, ShapeError, show } from '../errors.js';
import { joining } from '../nn/join.js';
import { checkModel, inEvaluation, type Module } from '../nn/module.js';
import { clone } from '../ops/reshape.js';
import { type Shape, sameShape, showShape, sizeOf } from '../shape.js';

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
 * @param model takes batches [n, ...] and gives one output an example, [n, ...]
 * @param inputs [N, ...], or a dataset, whose labels are not looked at
 * @returns [N, ...], in the order of the inputs; of no inputs what the model gives for a batch [0, ...]
 * @throws ShapeError for inputs without an axis of examples, and when the model does not give one output an example
 */
export function predict(model: Module, inputs: Tensor | Dataset, options: PredictOptions = {}): Tensor {
  const { batchSize } = readOptions(WHERE, options, { batchSize: 100 });
  checkModel(WHERE, model);
  checkNumber(WHERE, 'batchSize', batchSize, { least: 1, whole: true });
  const { length, inputShape, batch } = examplesOf(inputs);
  let all: FloatArray | undefined;
  let first: Shape = [];
  return inEvaluation(model, () => {
    if (length <= batchSize) return noGrad(() => outputOf(model, batch(0, length), length));
    for (let from = 0; from < length; from += batchSize) {
      const to = Math.min(length, from + batchSize);
      noGrad(() => {
        const { shape, dtype, storage } = outputOf(model, batch(from, to), to - from);
        const [, ...each] = shape;
        all ??= newArray(dtype, length * sizeOf(each));
        if (from === 0) first = each;
        if (!sameShape(each, first)) {
          const got = `got ${showShape(each)} for inputs ${from} to ${to - 1} of shape ${showShape(inputShape)}`;
          throw new ShapeError(WHERE, `expected the model to give shape ${showShape(first)} for each input, ${got}`);
        }
        all.set(storage.array, from * sizeOf(each));
      });
    }
    return wrap(all!, [length, ...first]);
  });
}

/** @internal What the model gives for a batch, with batch norm folded into convolutions. */
export function infer(model: Module, x: Tensor): Tensor {
  return joining(() => model.forward(x));
}

function outputOf(model: Module, x: Tensor, count: number): Tensor {
  const y: unknown = infer(model, x);
  if (!(y instanceof Tensor)) throw new ArgumentError(WHERE, `expected the model to return a Tensor, got ${show(y)}`);
  if (y.shape[0] === count) return y.storage === x.storage ? clone(y) : y;
  const expected = `expected the model to give one output an example, [${count}, ...]`;
  throw new ShapeError(WHERE, `${expected}, got shape ${showShape(y.shape)}`);
}

/** How many examples there are, of which shape, and those from an index on as a batch. */
function examplesOf(inputs: Tensor | Dataset) {
  if (inputs instanceof Dataset) {
    const { length, inputShape } = inputs;
    return { length, inputShape, batch: part(inputs.inputs, inputShape) };
  }
  if (!(inputs instanceof Tensor)) {
    throw new ArgumentError(WHERE, `expected inputs as a Tensor [N, ...] or a Dataset, got ${show(inputs)}`);
  }
  const [length, ...inputShape] = inputs.shape;
  if (length === undefined) throw new ShapeError(WHERE, 'expected inputs [N, ...], got a single number, shape []');
  const some = part(inputs.storage.array, inputShape);
  const batch = (from: number, to: number) => (to - from === length ? inputs.detach() : some(from, to));
  return { length, inputShape, batch };
}

function part(values: FloatArray, shape: Shape): (from: number, to: number) => Tensor {
  const size = sizeOf(shape);
  return (from, to) => wrap(values.slice(from * size, to * size), [to - from, ...shape]);
}
