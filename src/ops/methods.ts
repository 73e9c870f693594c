import { Tensor } from '../autograd/tensor.js';
import type { GeluOptions, Operand } from './elementwise.js';
import * as elementwise from './elementwise.js';
import { matmul } from './matmul.js';
import { max, mean, type ReduceOptions, sum } from './reduce.js';
import { clone, flatten, permute, reshape, transpose } from './reshape.js';
import { logSoftmax, softmax } from './softmax.js';

// The common operations as methods: a.add(b).relu(). `x.name(...)` is `name(x, ...)`.
declare module '../autograd/tensor.js' {
  interface Tensor {
    add(other: Operand): Tensor;
    sub(other: Operand): Tensor;
    mul(other: Operand): Tensor;
    div(other: Operand): Tensor;
    pow(exponent: Operand): Tensor;
    neg(): Tensor;
    exp(): Tensor;
    log(): Tensor;
    sqrt(): Tensor;
    relu(): Tensor;
    leakyRelu(negativeSlope?: number): Tensor;
    sigmoid(): Tensor;
    tanh(): Tensor;
    abs(): Tensor;
    softplus(): Tensor;
    gelu(options?: GeluOptions): Tensor;
    matmul(other: Tensor): Tensor;
    sum(options?: ReduceOptions): Tensor;
    mean(options?: ReduceOptions): Tensor;
    max(options?: { axis?: number; keepDims?: boolean }): Tensor;
    reshape(shape: readonly number[]): Tensor;
    flatten(startAxis?: number): Tensor;
    permute(axes: readonly number[]): Tensor;
    transpose(axis0?: number, axis1?: number): Tensor;
    /** A copy that no `backward` and no `noGrad` frees; a gradient flows through it. */
    clone(): Tensor;
    softmax(axis?: number): Tensor;
    logSoftmax(axis?: number): Tensor;
  }
}

const METHODS = {
  ...elementwise,
  ...{ matmul, sum, mean, max, reshape, flatten, permute, transpose, clone, softmax, logSoftmax },
};

for (const [name, fn] of Object.entries(METHODS)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...args: unknown[]) {
      return (fn as (x: Tensor, ...rest: unknown[]) => Tensor)(this, ...args);
    },
    writable: true,
    configurable: true,
  });
}
