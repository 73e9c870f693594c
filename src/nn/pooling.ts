import type { Tensor } from '../autograd/tensor.js';
import { readOptions } from '../errors.js';
import { adaptiveAvgPool2d } from '../ops/adaptiveAvgPool2d.js';
import { avgPool2d, maxPool2d, type PoolingOptions } from '../ops/pool2d.js';
import { mean } from '../ops/reduce.js';
import { checkRank, type Pair, pair } from '../shape.js';
import { describe, Module } from './module.js';

export abstract class Pool2D extends Module {
  readonly kernelSize: readonly [number, number];
  readonly options: PoolingOptions;

  /** @param kernelSize the size of the window in pixels: a number, or [height, width] */
  constructor(kernelSize: Pair, options: PoolingOptions = {}) {
    super();
    this.options = readOptions(new.target.name, options, { stride: undefined, padding: undefined });
    this.kernelSize = pair(new.target.name, 'kernelSize', kernelSize, 1);
  }

  override toString(): string {
    return describe(this, [this.kernelSize], this.options);
  }
}

/**
 * Max pooling, the largest element of each window: [N, C, H, W] to [N, C, outH, outW]; see `maxPool2d`. In front of a ReLU
 * it gives the same numbers as behind it, and ReLU then has a quarter of the work.
 */
export class MaxPool2D extends Pool2D {
  override forward(x: Tensor): Tensor {
    return this.located(() => maxPool2d(x, this.kernelSize, this.options));
  }
}

/** Average pooling, the mean of each window: [N, C, H, W] to [N, C, outH, outW]; see `avgPool2d`. */
export class AvgPool2D extends Pool2D {
  override forward(x: Tensor): Tensor {
    return this.located(() => avgPool2d(x, this.kernelSize, this.options));
  }
}

/** The means of windows that cover the image: [N, C, H, W] to [N, C, ...outputSize]; see `adaptiveAvgPool2d`. */
export class AdaptiveAvgPool2D extends Module {
  readonly outputSize: readonly [number, number];

  /** @param outputSize how many windows there are: a number, or [height, width] */
  constructor(outputSize: Pair) {
    super();
    this.outputSize = pair('AdaptiveAvgPool2D', 'outputSize', outputSize, 1);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => adaptiveAvgPool2d(x, this.outputSize));
  }

  override toString(): string {
    return describe(this, [this.outputSize]);
  }
}

/** The mean of each channel: [N, C, H, W] to [N, C]. PyTorch's AdaptiveAvgPool2d(1) followed by Flatten. */
export class GlobalAvgPool2D extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => {
      checkRank('GlobalAvgPool2D', 'an input [N, C, H, W]', x.shape, 4);
      return mean(x, { axis: [2, 3] });
    });
  }
}
