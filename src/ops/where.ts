import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { withPlace } from '../errors.js';
import { add, binaryDefinition, binaryOf, type Operand } from './arithmetic.js';

/**
 * a where the condition is not 0, and b where it is, element by element; all three broadcast. What is not chosen does not
 * count: a NaN there changes neither the result nor a gradient.
 * @param condition a mask, such as `x.gt(0)`; no gradient flows to it
 */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  checkTensors('where', condition);
  const mask = condition.detach();
  return withPlace('where', () => add(binaryOf(chosenKernels, mask, a), binaryOf(otherKernels, mask, b)));
}

const flat = () => 0;

/** x where the mask is not 0, and 0 elsewhere. */
export const chosenKernels = /* @__PURE__ */ binaryDefinition('whereChosen', {
  value: (mask, x) => (mask !== 0 ? x : 0),
  slopeA: flat,
  slopeB: (mask) => Number(mask !== 0),
});

/** x where the mask is 0, and 0 elsewhere. */
export const otherKernels = /* @__PURE__ */ binaryDefinition('whereOther', {
  value: (mask, x) => (mask === 0 ? x : 0),
  slopeA: flat,
  slopeB: (mask) => Number(mask === 0),
});
