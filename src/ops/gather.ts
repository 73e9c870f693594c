import { define } from '../autograd/define.js';
import { checkTensors, operation } from '../autograd/operation.js';
import type { Storage } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { ShapeError } from '../errors.js';
import { normalizeAxis, showShape, stridesOf } from '../shape.js';
import { positions } from './broadcast.js';
import { classIndices } from './labels.js';

/**
 * Along one axis, the elements that `index` names; for axis 1 of three, y[i, j, k] = x[i, index[i, j, k], k].
 * @param axis a negative one counts from the back
 * @param index whole numbers from 0 to the axis's length - 1; as many axes as x, none but `axis` longer than x's
 * @returns the shape of `index`
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  checkTensors('gather', x, index);
  const { shape } = index;
  const along = normalizeAxis('gather', axis, x.shape.length);
  if (shape.length !== x.shape.length || shape.some((n, i) => i !== along && n > x.shape[i])) {
    const expected = `an index no larger than ${showShape(x.shape)} but in axis ${along}`;
    throw new ShapeError('gather', `expected ${expected}, got shape ${showShape(shape)}`);
  }
  const strides = stridesOf(x.shape);
  const at = positions(
    shape,
    strides.map((stride, i) => (i === along ? 0 : stride)),
  );
  const indices = classIndices('gather', index, x.shape[along], { what: 'indices' });
  for (let i = 0; i < at.length; i++) at[i] += indices[i] * strides[along];
  return operation({
    name: 'gather',
    attributes: { axis: along, index },
    inputs: [x],
    shape,
    forward: (y) => gatherKernels.forward(x.storage, y, at),
    backward: (dy, [dx]) => gatherKernels.backward(dy, dx!, at),
  });
}

/** y[i] = x[at[i]]; dx[at[i]] += dy[i]. */
export const gatherKernels = /* @__PURE__ */ define('gather', {
  forward(x: Storage, y: Storage, at: Int32Array): void {
    const [X, Y] = [x.array, y.array];
    for (let i = 0; i < Y.length; i++) Y[i] = X[at[i]];
  },

  backward(dy: Storage, dx: Storage, at: Int32Array): void {
    const [dY, dX] = [dy.array, dx.array];
    for (let i = 0; i < dY.length; i++) dX[at[i]] += dY[i];
  },
});
