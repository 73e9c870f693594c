import { addMethods } from '../autograd/operation.js';
import { Tensor } from '../autograd/tensor.js';
import { binaryDefinition, binaryOf, type Operand } from './arithmetic.js';

/** 1 where a = b and 0 elsewhere, element by element, with broadcasting; no gradient. */
export function eq(a: Operand, b: Operand): Tensor {
  return compare('eq', a, b);
}

/** 1 where a and b differ and 0 elsewhere, element by element, with broadcasting; no gradient. NaN differs from everything. */
export function ne(a: Operand, b: Operand): Tensor {
  return compare('ne', a, b);
}

/** 1 where a < b and 0 elsewhere, element by element, with broadcasting; no gradient. */
export function lt(a: Operand, b: Operand): Tensor {
  return compare('lt', a, b);
}

/** 1 where a <= b and 0 elsewhere, element by element, with broadcasting; no gradient. */
export function le(a: Operand, b: Operand): Tensor {
  return compare('le', a, b);
}

/** 1 where a > b and 0 elsewhere, element by element, with broadcasting; no gradient. */
export function gt(a: Operand, b: Operand): Tensor {
  return compare('gt', a, b);
}

/** 1 where a >= b and 0 elsewhere, element by element, with broadcasting; no gradient. */
export function ge(a: Operand, b: Operand): Tensor {
  return compare('ge', a, b);
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** 1 where this = other and 0 elsewhere, with broadcasting; no gradient. */
    eq(other: Operand): Tensor;
    /** 1 where this and other differ and 0 elsewhere, with broadcasting; no gradient. */
    ne(other: Operand): Tensor;
    /** 1 where this < other and 0 elsewhere, with broadcasting; no gradient. */
    lt(other: Operand): Tensor;
    /** 1 where this <= other and 0 elsewhere, with broadcasting; no gradient. */
    le(other: Operand): Tensor;
    /** 1 where this > other and 0 elsewhere, with broadcasting; no gradient. */
    gt(other: Operand): Tensor;
    /** 1 where this >= other and 0 elsewhere, with broadcasting; no gradient. */
    ge(other: Operand): Tensor;
  }
}
addMethods({ eq, ne, lt, le, gt, ge });

const flat = () => 0;

function relation<const Name extends string>(name: Name, holds: (a: number, b: number) => boolean) {
  return binaryDefinition(name, { value: (a, b) => Number(holds(a, b)), slopeA: flat, slopeB: flat });
}

export const compareKernels = {
  eq: /* @__PURE__ */ relation('eq', (a, b) => a === b),
  ne: /* @__PURE__ */ relation('ne', (a, b) => a !== b),
  lt: /* @__PURE__ */ relation('lt', (a, b) => a < b),
  le: /* @__PURE__ */ relation('le', (a, b) => a <= b),
  gt: /* @__PURE__ */ relation('gt', (a, b) => a > b),
  ge: /* @__PURE__ */ relation('ge', (a, b) => a >= b),
};

function compare(name: keyof typeof compareKernels, a: Operand, b: Operand): Tensor {
  const [still, other] = [a, b].map((operand) => (operand instanceof Tensor ? operand.detach() : operand));
  return binaryOf(compareKernels[name], still, other);
}
