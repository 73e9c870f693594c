import { checkTensors, operation } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions, ShapeError } from '../errors.js';
import { type Generator, generatorOf } from '../random.js';
import { showShape } from '../shape.js';

export interface DropoutOptions {
  /** Where the chance comes from; the default generator unless given. */
  generator?: Generator;
}

/**
 * Each number is 0 with probability p, and else x / (1 - p), so that the mean stays (Srivastava et al. 2014, "Dropout").
 * Each call draws two numbers from the generator; a hash of them and of a number's place decides.
 * @param p from 0 to 1, 0.5 unless given
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  return dropped('dropout', x, p, 1, options);
}

/**
 * `dropout` of whole channels: each of the N * C images is 0 with probability p.
 * @param x [N, C, H, W]
 * @param p from 0 to 1, 0.5 unless given
 */
export function dropout2d(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkTensors('dropout2d', x);
  if (x.shape.length !== 4) {
    throw new ShapeError('dropout2d', `expected an input [N, C, H, W], got shape ${showShape(x.shape)}`);
  }
  return dropped('dropout2d', x, p, x.shape[2] * x.shape[3], options);
}

function dropped(name: string, x: Tensor, p: number, run: number, options: DropoutOptions): Tensor {
  checkTensors(name, x);
  checkOptions(name, options, ['generator']);
  checkNumber(name, 'p', p, { least: 0, most: 1 });
  const generator = generatorOf(name, options.generator);
  const draw = () => Math.floor(generator.uniform(0, 2 ** 32));
  const settings = { keys: [draw(), draw()] as const, p, run };
  return operation({
    name,
    inputs: [x],
    shape: x.shape,
    adds: true,
    forward: (kernels, y) => kernels.dropoutAdd(x.storage, y, settings),
    backward: (kernels, dy, [dx]) => kernels.dropoutAdd(dy, dx!, settings),
  });
}
