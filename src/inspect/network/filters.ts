import { ArgumentError, show } from '../../errors.js';
import { Conv2D } from '../../nn/conv2d.js';
import { Dense } from '../../nn/dense.js';
import { lineOf, type Module } from '../../nn/module.js';
import { layerAt } from './layer.js';

/** The filters of a layer: `size` numbers of `weight` for each of `channels` output channels. */
export function filtersOf(where: string, model: Module, path: string) {
  const layer = layerAt(where, model, path);
  if (!(layer instanceof Conv2D || layer instanceof Dense)) {
    throw new ArgumentError(where, `expected ${show(path)} to be a Conv2D or a Dense, got ${lineOf(layer)}`);
  }
  const { weight, bias } = layer;
  return { weight, bias, channels: weight.shape[0], size: weight.size / weight.shape[0] };
}
