import type { Tensor } from '../autograd/tensor.js';
import { checkOptions, ShapeError } from '../errors.js';
import { avgPool2d, maxPool2d, POOL2D_OPTIONS, type Pool2dOptions } from '../ops/pool2d.js';
import { mean } from '../ops/reduce.js';
import { type Pair, pair, showShape } from '../shape.js';
import { Module } from './module.js';

export abstract class Pool2D extends Module {
  readonly kernelSize: readonly [number, number];
  readonly options: Pool2dOptions;

  constructor(kernelSize: Pair, options: Pool2dOptions = {}) {
    super();
    checkOptions(new.target.name, options, POOL2D_OPTIONS);
    this.kernelSize = pair(new.target.name, 'kernelSize', kernelSize, 1);
    this.options = options;
  }

  override toString(): string {
    return `${this.constructor.name}(${this.kernelSize.join('x')})`;
  }
}

/** The largest element of each window: [N, C, H, W] to [N, C, outH, outW]; see `maxPool2d`. */
export class MaxPool2D extends Pool2D {
  override forward(x: Tensor): Tensor {
    return this.located(() => maxPool2d(x, this.kernelSize, this.options));
  }
}

/** The mean of each window: [N, C, H, W] to [N, C, outH, outW]; see `avgPool2d`. */
export class AvgPool2D extends Pool2D {
  override forward(x: Tensor): Tensor {
    return this.located(() => avgPool2d(x, this.kernelSize, this.options));
  }
}

/** The mean of each channel: [N, C, H, W] to [N, C]. PyTorch's `AdaptiveAvgPool2d(1)` followed by `Flatten`. */
export class GlobalAvgPool2D extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => {
      if (x.shape.length === 4) return mean(x, { axis: [2, 3] });
      throw new ShapeError('GlobalAvgPool2D', `expected an input [N, C, H, W], got shape ${showShape(x.shape)}`);
    });
  }
}

/** PyTorch's names. */
export const MaxPool2d = MaxPool2D;
export const AvgPool2d = AvgPool2D;
