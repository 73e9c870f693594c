import { checkTransform, type Transform } from '../data/transform.js';

/**
 * Applies several transforms in the order in which they are given.
 * @returns one transform
 */
export function compose(...transforms: Transform[]): Transform {
  for (const transform of transforms) checkTransform('compose', transform);
  return (inputs, shape, generator, targets) => {
    for (const transform of transforms) transform(inputs, shape, generator, targets);
  };
}
