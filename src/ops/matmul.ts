import { checkTensors, operation } from '../autograd/operation.js';
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
    throw new ShapeError(
      'matmul',
      `expected at least one axis each, got ${showShape(a.shape)} and ${showShape(b.shape)}`,
    );
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

function product(a: Tensor, b: Tensor): Tensor {
  const [M, K] = a.shape.slice(-2);
  const [rows, N] = b.shape.slice(-2);
  if (K !== rows) {
    throw new ShapeError(
      'matmul',
      `expected as many rows on the right as columns on the left, got ${showShape(a.shape)} and ${showShape(b.shape)}`,
    );
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
    forward: (kernels, y) => kernels.matmulAdd(a.storage, b.storage, y, { M, K, N, batchA, batchB, batchY }),
    backward: (kernels, dy, [da, db]) => {
      // dA = dY B^T, dB = A^T dY
      if (da) {
        const sizes = { M, K: N, N: K, transposeB: true, batchA: batchY, batchB, batchY: batchA };
        kernels.matmulAdd(dy, b.storage, da, sizes);
      }
      if (db) {
        const sizes = { M: K, K: M, N, transposeA: true, batchA, batchB: batchY, batchY: batchB };
        kernels.matmulAdd(a.storage, dy, db, sizes);
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
