import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, show } from '../errors.js';
import { reshape } from '../ops/reshape.js';
import { type UpsampleOptions, upsample, upsampling } from '../ops/upsample.js';
import { type Shape, showShape } from '../shape.js';
import { describe, Module } from './module.js';

/** Its input as it is: for a place where a layer may stand, such as one that another one replaced. */
export class Identity extends Module {
  override forward(x: Tensor): Tensor {
    return x;
  }
}

/** Each example in another shape, without a copy: [N, ...] to [N, ...shape]. PyTorch's Unflatten, Keras's Reshape. */
export class Reshape extends Module {
  readonly shape: Shape;

  /** @param shape of one example, such as [8, 4, 4]; one entry may be -1: it becomes whatever makes the sizes equal */
  constructor(shape: Shape) {
    super();
    if (!Array.isArray(shape) || !shape.every((n) => Number.isSafeInteger(n) && n >= -1)) {
      throw new ArgumentError('Reshape', `expected a shape like [8, 4, 4], got ${show(shape)}`);
    }
    this.shape = [...shape];
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => reshape(x, [...x.shape.slice(0, 1), ...this.shape]));
  }

  override toString(): string {
    return describe(this, [showShape(this.shape)]);
  }
}

/** Larger images: [N, C, H, W] to [N, C, H * scale, W * scale]; see `upsample`. */
export class Upsample extends Module {
  readonly options: UpsampleOptions;

  /** @param options `scale`, and `mode`: 'nearest' (the default) or 'bilinear' */
  constructor(options: UpsampleOptions) {
    super();
    this.options = upsampling('Upsample', options);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => upsample(x, this.options));
  }

  override toString(): string {
    return describe(this, [], this.options);
  }
}
