import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, ShapeError, withPlace } from '../errors.js';
import { showShape, sizeOf } from '../shape.js';
import { add, mul } from './arithmetic.js';
import { layerNorm } from './normalize.js';
import { reshape } from './reshape.js';

/**
 * The channels of each example, in groups of neighbors, each group with mean 0 and variance 1, then times a weight, plus a bias,
 * for each channel (Wu and He 2018, "Group normalization"). As many groups as channels make instance normalization.
 * @param x [N, C, ...]
 * @param groups of which C is a multiple
 * @param weight [C], or null for ones
 * @param bias [C], or null for zeros
 * @param options `eps` (1e-5), added to the variance
 * @returns the shape of x
 */
export function groupNorm(
  x: Tensor,
  groups: number,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: { eps?: number } = {},
): Tensor {
  const where = 'groupNorm';
  checkTensors(where, x);
  checkNumber(where, 'groups', groups, { least: 1, whole: true });
  const [N, C, ...rest] = x.shape;
  const size = (C / groups) * sizeOf(rest);
  if (!Number.isInteger(C / groups) || x.size === groups) {
    const expected = `expected channels in ${groups} groups of more than 1 value`;
    throw new ShapeError(where, `${expected}, got input shape ${showShape(x.shape)}`);
  }
  return withPlace(where, () => {
    const inGroups = layerNorm(reshape(x, [N * groups, size]), [size], null, null, options);
    const byChannel = (each: Tensor) => reshape(each, [C, ...rest.map(() => 1)]);
    let y = reshape(inGroups, x.shape);
    if (weight) y = mul(y, byChannel(weight));
    return bias ? add(y, byChannel(bias)) : y;
  });
}
