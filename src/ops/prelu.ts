import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ShapeError } from '../errors.js';
import { showShape } from '../shape.js';
import { mul } from './arithmetic.js';
import { gt } from './compare.js';
import { reshape } from './reshape.js';
import { where } from './where.js';

/**
 * x where it is positive, and weight * x elsewhere (He et al. 2015, "Delving deep into rectifiers").
 * @param x [N, C, ...], or any shape for one weight
 * @param weight one number, or [C]
 */
export function prelu(x: Tensor, weight: Tensor): Tensor {
  checkTensors('prelu', x, weight);
  const { size } = weight;
  if (size !== 1 && size !== x.shape[1]) {
    const got = `got ${size}, input shape ${showShape(x.shape)}`;
    throw new ShapeError('prelu', `expected one weight, or one for each channel, ${got}`);
  }
  const weights = reshape(
    weight,
    x.shape.map((_, i) => (i === 1 ? size : 1)),
  );
  return where(gt(x, 0), x, mul(x, weights));
}
