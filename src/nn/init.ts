import { uniform } from '../autograd/create.js';
import { type Generator, getDefaultGenerator } from '../random.js';
import type { Shape } from '../shape.js';
import { Parameter } from './module.js';

/**
 * PyTorch's default for convolutions and dense layers, weights and biases alike: uniform in [-b, b), b = 1/sqrt(fanIn).
 */
export function defaultInit(shape: Shape, fanIn: number, generator: Generator = getDefaultGenerator()): Parameter {
  const bound = 1 / Math.sqrt(fanIn);
  return new Parameter(uniform(shape, { low: -bound, high: bound, generator }));
}
