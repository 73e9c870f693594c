import { wrap } from '../../autograd/create.js';
import type { FloatArray } from '../../autograd/storage.js';
import type { Tensor } from '../../autograd/tensor.js';
import type { Module } from '../../nn/module.js';

/**
 * The gradient of one unit for each example with respect to the inputs. The parameters are frozen meanwhile: no
 * gradient comes to them, and the ones that they have stay. Like any `backward`, it frees what the one before used.
 * @param x [N, ...], fresh
 * @param unitOf the unit's index in the flat output of example n, once the output is known
 * @returns the gradient, of the shape of x, and the units' values
 */
export function inputGradient(
  model: Module,
  x: Tensor,
  forward: (x: Tensor) => Tensor,
  unitOf: (output: Tensor) => number,
): { gradient: FloatArray; values: number[] } {
  const learning = model.parameters().filter((parameter) => parameter.requiresGrad);
  for (const parameter of learning) parameter.requiresGrad = false;
  try {
    x.requiresGrad = true;
    const output = forward(x);
    const unit = unitOf(output);
    const { array } = output.storage;
    const each = array.length / x.shape[0];
    const seed = array.slice().fill(0);
    const values = Array.from({ length: x.shape[0] }, (_, n) => {
      seed[n * each + unit] = 1;
      return array[n * each + unit];
    });
    output.backward(wrap(seed, output.shape));
    const gradient = x.gradient!.array.slice();
    x.grad = null; // Frees it at once: a loop of many steps keeps its memory flat.
    return { gradient, values };
  } finally {
    for (const parameter of learning) parameter.requiresGrad = true;
  }
}
