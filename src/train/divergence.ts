import { noGrad } from '../autograd/graph.js';
import type { FloatArray } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ConvgradError } from '../errors.js';
import type { Module } from '../nn/module.js';
import { eachForward } from '../nn/summary.js';
import { getDefaultGenerator } from '../random.js';

/** Training stopped because the loss became NaN or infinite. */
export class DivergenceError extends ConvgradError {
  /** Batches done when it happened, this one included. */
  readonly step: number;
  /** Where the first number that was not finite appeared: a layer such as 'conv1', or a parameter; null outside them. */
  readonly layer: string | null;

  constructor(where: string, detail: string, step = 0, layer: string | null = null) {
    super(where, detail);
    this.step = step;
    this.layer = layer;
  }
}

interface Cause {
  layer: string | null;
  what: string;
  advice: string;
}

const SMALLER = 'A smaller learning rate often helps, at least for the first steps, and so does clipGradNorm';

/**
 * @internal Where the first number that is not finite came from: the batch, the gradients of the step before, the
 * parameters that it left, or a layer's result, for which the batch is computed once more.
 */
export function findCause(model: Module, x: Tensor): Cause {
  if (!allFinite(x.storage.array)) {
    return { layer: null, what: 'the inputs of this batch are not all finite', advice: 'Look at the data' };
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

function firstLayer(model: Module, x: Tensor): string | null {
  let found: string | null = null;
  const generator = getDefaultGenerator();
  const before = generator.getState();
  const restore = eachForward(model, (name, _, output) => {
    if (!allFinite(output.storage.array)) found ??= name;
  });
  try {
    noGrad(() => model.forward(x));
  } finally {
    restore();
    generator.setState(before);
  }
  return found;
}

function allFinite(numbers: FloatArray): boolean {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return false;
  return true;
}
