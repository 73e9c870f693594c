import { noGrad } from '../../autograd/graph.js';
import type { Tensor } from '../../autograd/tensor.js';
import { inEvaluation } from '../../nn/modes.js';
import type { Module } from '../../nn/module.js';
import type { Values } from '../values.js';
import { imageFor, layerAt, outputOf } from './layer.js';

/**
 * The output of a layer for one image, in evaluation mode.
 * @param image [C, H, W] or [1, C, H, W]
 * @param layer a path of `model.namedModules()`, such as 'conv1' or '0'; '' is the model itself. It may be a container.
 * @returns the output without its batch axis: [C, h, w] of a convolution, [F] of a dense layer
 * @throws ArgumentError for an unknown layer or an image with NaN; ShapeError for an image that does not fit
 */
export function featureMaps(model: Module, image: Tensor, layer: string): Values {
  layerAt('featureMaps', model, layer);
  const x = imageFor('featureMaps', model, image);
  return inEvaluation(model, () =>
    noGrad(() => {
      const { shape, storage } = outputOf('featureMaps', model, layer, x);
      return { shape: shape.slice(1), values: storage.array.slice() };
    }),
  );
}
