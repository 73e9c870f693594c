import { define } from '../autograd/define.js';
import { addMethods, checkTensors, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ShapeError } from '../errors.js';
import { broadcastShapes, broadcastStrides, type Shape, showShape, sizeOf } from '../shape.js';
import { reshape } from './reshape.js';

/**
 * The matrix product [..., M, K] by [..., K, N], giving [..., M, N]; the axes before the last two broadcast. As in
 * PyTorch, a vector on the left is a row, one on the right a column, and that axis is dropped from the result.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkTensors('matmul', a, b);
  if (a.shape.length === 0 || b.shape.length === 0) {
    const got = `got ${showShape(a.shape)} and ${showShape(b.shape)}`;
    throw new ShapeError('matmul', `expected at least one axis each, ${got}`);
  }
  const left = a.shape.length === 1 ? reshape(a, [1, a.size]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.size, 1]) : b;
  const y = product(left, right);
  if (left === a && right === b) return y;
  const drop = [...(left === a ? [] : [y.shape.length - 2]), ...(right === b ? [] : [y.shape.length - 1])];
  return reshape(
    y,
    y.shape.filter((_, i) => !drop.includes(i)),
  );
}

declare module '../autograd/tensor.js' {
  interface Tensor {
    /** The matrix product of this and `other`; see `matmul`. */
    matmul(other: Tensor): Tensor;
  }
}
addMethods({ matmul });

/** `batchY.length` products of [M, K] by [K, N]; the r-th multiplies matrix `batchA[r]` of a by `batchB[r]` of b. */
export interface MatmulSizes {
  M: number;
  K: number;
  N: number;
  /** a is stored as [K, M]. */
  transposeA?: boolean;
  /** b is stored as [N, K]. */
  transposeB?: boolean;
  batchA?: ArrayLike<number>;
  batchB?: ArrayLike<number>;
  /** Which matrix of y each product is added to. */
  batchY?: ArrayLike<number>;
}

const ONE_MATRIX = [0];

/** y[m, n] += sum over k of a[m, k] * b[k, n]. */
export const matmulKernels = /* @__PURE__ */ define('matmul', {
  add(a: Storage, b: Storage, y: Storage, sizes: MatmulSizes): void {
    const [A, B, Y] = [a.array, b.array, new Float64Array(y.array)];
    const { M, K, N, transposeA = false, transposeB = false } = sizes;
    const { batchA = ONE_MATRIX, batchB = ONE_MATRIX, batchY = ONE_MATRIX } = sizes;
    const [rowA, columnA] = transposeA ? [1, M] : [K, 1];
    const [rowB, columnB] = transposeB ? [1, K] : [N, 1];
    for (let r = 0; r < batchY.length; r++) {
      const [fromA, fromB, toY] = [batchA[r] * M * K, batchB[r] * K * N, batchY[r] * M * N];
      for (let m = 0; m < M; m++) {
        for (let n = 0; n < N; n++) {
          let sum = 0;
          for (let k = 0; k < K; k++) sum += A[fromA + m * rowA + k * columnA] * B[fromB + k * rowB + n * columnB];
          Y[toY + m * N + n] += sum;
        }
      }
    }
    y.array.set(Y);
  },
});

function product(a: Tensor, b: Tensor): Tensor {
  const [M, K] = a.shape.slice(-2);
  const [rows, N] = b.shape.slice(-2);
  if (K !== rows) {
    const got = `got ${showShape(a.shape)} and ${showShape(b.shape)}`;
    throw new ShapeError('matmul', `expected as many rows on the right as columns on the left, ${got}`);
  }
  const [headA, headB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const head = broadcastShapes('matmul', headA, headB);
  const batchA = matrixNumbers(headA, head);
  const batchB = matrixNumbers(headB, head);
  const batchY = matrixNumbers(head, head);
  return operation({
    name: 'matmul',
    inputs: [a, b],
    shape: [...head, M, N],
    adds: true,
    forward: (y) => matmulKernels.add(a.storage, b.storage, y, { M, K, N, batchA, batchB, batchY }),
    backward: (dy, [da, db]) => {
      // dA = dY B^T, dB = A^T dY
      if (da) {
        const sizes = { M, K: N, N: K, transposeB: true, batchA: batchY, batchB, batchY: batchA };
        matmulKernels.add(dy, b.storage, da, sizes);
      }
      if (db) {
        const sizes = { M: K, K: M, N, transposeA: true, batchA, batchB: batchY, batchY: batchB };
        matmulKernels.add(a.storage, dy, db, sizes);
      }
    },
  });
}

/** For each matrix of a batch of shape `to`, which one of a batch of shape `from` stands for it. */
function matrixNumbers(from: Shape, to: Shape): number[] {
  const strides = broadcastStrides(from, to);
  return Array.from({ length: sizeOf(to) }, (_, r) => {
    let number = 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      number += (r % to[axis]) * strides[axis];
      r = Math.floor(r / to[axis]);
    }
    return number;
  });
}
