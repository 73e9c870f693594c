import { noGrad } from '../autograd/graph.js';
import type { FloatArray } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import type { Dataset, Inputs, Targets } from '../data/dataset.js';
import { type Batch, DataLoader } from '../data/loader.js';
import { ConvgradError } from '../errors.js';
import { inEvaluation } from '../nn/modes.js';
import type { AnyModule } from '../nn/module.js';
import { eachForward } from '../nn/summary.js';
import { getDefaultGenerator } from '../random.js';
import type { TrainingState } from './callback.js';
import { type Loss, lossOf } from './evaluate.js';
import { forwardOf } from './predict.js';

/** Training stopped because the loss became NaN or infinite. `fit` throws it. */
export class DivergenceError extends ConvgradError {
  /** Batches done when it happened, this one included. */
  readonly step: number;
  /** Where the first number that is not finite appeared: a layer such as 'conv1', or a parameter; null outside them. */
  readonly layer: string | null;

  constructor(where: string, detail: string, step = 0, layer: string | null = null) {
    super(where, detail);
    this.step = step;
    this.layer = layer;
  }
}

/** @internal The error for a batch whose loss is not finite. */
export function diverged({ model, epoch, batch, step }: TrainingState, loss: number, x: Inputs, y: unknown) {
  return errorFor(model, x, y, `the loss became ${loss} in batch ${batch + 1} of epoch ${epoch}`, step + 1);
}

/**
 * @internal The error for a validation loss that is not finite. The cause is looked for as it was evaluated, with the
 * first batch whose loss is not finite.
 */
export function divergedInValidation(
  state: TrainingState,
  score: number,
  data: Dataset<Targets, Inputs>,
  loss: Loss<unknown, unknown>,
): DivergenceError {
  const { model, epoch, step } = state;
  return inEvaluation(model, () => {
    const batches = [...new DataLoader(data, { batchSize: 100 })];
    const fits = ({ x, y }: Batch<Targets, Inputs>) =>
      Number.isFinite(noGrad(() => lossOf('fit', loss, forwardOf(model, x), y).item()));
    const { x, y } = batches.find((batch) => !fits(batch)) ?? batches[0];
    return errorFor(model, x, y, `the validation loss became ${score} after epoch ${epoch}`, step);
  });
}

function errorFor(model: AnyModule, x: Inputs, y: unknown, found: string, step: number): DivergenceError {
  const { layer, what, advice } = findCause(model, x, y);
  return new DivergenceError('fit', `${found} (step ${step}): ${what}. ${advice}`, step, layer);
}

/** @internal Throws when the last step, whose effect no later loss shows, has left a parameter not finite. */
export function checkLastStep({ model, step }: TrainingState): void {
  for (const [name, { gradient, storage }] of model.namedParameters()) {
    if (!gradient || allFinite(storage.array)) continue;
    throw new DivergenceError('fit', `the step before left ${name} not finite. ${SMALLER}`, step, name);
  }
}

const SMALLER = 'A smaller learning rate often helps, at least for the first steps, and so does clipGradNorm';

/**
 * Where the first number that is not finite came from: the batch, the gradients of the step before, the
 * parameters that it left, or a layer's result, for which the batch is computed once more.
 */
function findCause(model: AnyModule, x: Inputs, y: unknown): { layer: string | null; what: string; advice: string } {
  for (const [name, values] of Object.entries({ inputs: x, targets: y })) {
    const fits = [values].flat().every((each) => !(each instanceof Tensor) || allFinite(each.storage.array));
    if (fits) continue;
    return { layer: null, what: `the ${name} of this batch are not all finite`, advice: 'Look at the data' };
  }
  const parameters = model.namedParameters();
  // Gradients come from the last layer to the first.
  const gradient = parameters.findLast(([, each]) => each.gradient && !allFinite(each.gradient.array));
  if (gradient) {
    const what = `the gradient of ${gradient[0]} was not finite one step before`;
    return { layer: gradient[0], what, advice: `${SMALLER}; a root, a logarithm or a division at 0 does this too` };
  }
  const parameter = parameters.find(([, { storage }]) => !allFinite(storage.array));
  if (parameter) {
    return { layer: parameter[0], what: `the step before left ${parameter[0]} not finite`, advice: SMALLER };
  }
  const layer = firstLayer(model, x);
  if (layer) {
    const what = `the first result that is not finite is that of ${layer}`;
    return { layer, what, advice: `${SMALLER}; inputs that are very large do this too` };
  }
  return { layer: null, what: 'the results of all layers are finite, so the loss made it', advice: 'Look at the loss' };
}

function firstLayer(model: AnyModule, x: Inputs): string | null {
  let found: string | null = null;
  lookThrough(model, x, (name, _, outputs) => {
    if (!outputs.every(({ storage }) => allFinite(storage.array))) found ??= name;
  });
  return found;
}

/** @internal Computes a batch once more, and shows the result of each layer; nothing is drawn by it. */
export function lookThrough(model: AnyModule, x: Inputs, observe: Parameters<typeof eachForward>[1]): void {
  const generator = getDefaultGenerator();
  const before = generator.getState();
  const restore = eachForward(model, observe);
  try {
    noGrad(() => forwardOf(model, x));
  } finally {
    restore();
    generator.setState(before);
  }
}

/** @internal Whether none is NaN or infinite. */
export function allFinite(numbers: FloatArray): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}
