import { wrap } from '../../autograd/create.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import type { Module } from '../../nn/module.js';

/**
 * The gradient of one unit for each example with respect to the inputs. The parameters are frozen meanwhile: they get no
 * gradient, and keep the ones that they have. Like any `backward`, it frees what the one before used.
 * @param x [N, ...], of which nothing has been computed yet
 * @param unitOf the unit's index in the output of an example, from the output of all
 * @returns the gradient, of the shape of x, and the unit's value for the first example
 */
export function inputGradient(
  model: Module,
  x: Tensor,
  forward: (x: Tensor) => Tensor,
  unitOf: (output: Tensor) => number,
): { gradient: FloatArray; value: number } {
  const learning = model.parameters().filter((parameter) => parameter.requiresGrad);
  for (const parameter of learning) parameter.requiresGrad = false;
  try {
    x.requiresGrad = true;
    const output = forward(x);
    const unit = unitOf(output);
    const value = output.storage.array[unit];
    const seed = output.storage.array.slice().fill(0);
    for (let at = unit; at < seed.length; at += seed.length / x.shape[0]) seed[at] = 1;
    output.backward(wrap(seed, output.shape));
    const gradient = x.gradient!.array.slice();
    x.grad = null; // Frees it at once: a loop of many steps keeps its memory flat.
    return { gradient, value };
  } finally {
    for (const parameter of learning) parameter.requiresGrad = true;
  }
}
