import type { Tensor } from '../autograd/tensor.js';
import { relu } from '../ops/elementwise.js';
import { flatten } from '../ops/reshape.js';
import { Module } from './module.js';

/** max(x, 0), element by element. */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => relu(x));
  }
}

/** All axes but the first as one: [N, C, H, W] to [N, C * H * W]. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => flatten(x, 1));
  }
}
