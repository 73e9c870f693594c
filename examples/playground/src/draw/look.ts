import { noGrad, type Sequential, softmax, tensor } from '../../../../src/index.js';
import { featureMaps, type Values } from '../../../../src/inspect/index.js';

/** What a network makes of an image. */
export interface Look {
  /** Of the ten digits. */
  probabilities: number[];
  /** What the convolutions give, before ReLU: [channels, h, w]. */
  conv1: Values;
  conv2: Values;
}

/** @param pixels [28, 28], ink from 0 to 1 */
export function lookAt(model: Sequential, pixels: Float32Array): Look {
  const image = tensor(pixels, { shape: [1, 1, 28, 28] });
  const probabilities = noGrad(() => Array.from(softmax(model.forward(image)).data));
  return { probabilities, conv1: featureMaps(model, image, 'conv1'), conv2: featureMaps(model, image, 'conv2') };
}
