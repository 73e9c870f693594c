import type { Tensor } from '../autograd/tensor.js';
import { binaryDefinition, binaryOf, type Operand } from './arithmetic.js';

/** The larger of a and b, element by element, with broadcasting; NaN where either is. Of equals each gets half the gradient. */
export function maximum(a: Operand, b: Operand): Tensor {
  return binaryOf(maximumKernels, a, b);
}

/** The smaller of a and b, element by element, with broadcasting; NaN where either is. Of equals each gets half the gradient. */
export function minimum(a: Operand, b: Operand): Tensor {
  return binaryOf(minimumKernels, a, b);
}

/** 0 where a < b; where one of them is NaN, both get the whole gradient, as in PyTorch. */
const slope = (a: number, b: number) => (a === b ? 0.5 : a < b ? 0 : 1);

export const maximumKernels = /* @__PURE__ */ binaryDefinition('maximum', {
  value: Math.max,
  slopeA: slope,
  slopeB: (a, b) => slope(b, a),
});

export const minimumKernels = /* @__PURE__ */ binaryDefinition('minimum', {
  value: Math.min,
  slopeA: (a, b) => slope(b, a),
  slopeB: slope,
});
