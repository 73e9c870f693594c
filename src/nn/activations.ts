import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { type GeluOptions, gelu, leakyRelu, relu, sigmoid, tanh } from '../ops/elementwise.js';
import { flatten } from '../ops/reshape.js';
import { softmax } from '../ops/softmax.js';
import { describe, Module } from './module.js';

/** The rectified linear unit, max(x, 0), element by element: any shape to the same shape. */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => relu(x));
  }
}

/** x where it is positive and `negativeSlope` * x elsewhere, element by element: any shape to the same shape. */
export class LeakyReLU extends Module {
  /** @param negativeSlope the slope below 0 */
  constructor(readonly negativeSlope = 0.01) {
    super();
    checkNumber('LeakyReLU', 'negativeSlope', negativeSlope);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => leakyRelu(x, this.negativeSlope));
  }

  override toString(): string {
    return describe(this, [this.negativeSlope]);
  }
}

/** The Gaussian error linear unit, element by element: any shape to the same shape. See `gelu`. */
export class GELU extends Module {
  readonly options: GeluOptions;

  /** @param options `approximate`: 'none' (the default) or 'tanh' */
  constructor(options: GeluOptions = {}) {
    super();
    this.options = readOptions('GELU', options, { approximate: undefined });
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => gelu(x, this.options));
  }

  override toString(): string {
    return describe(this, [], this.options);
  }
}

/** The logistic function, 1 / (1 + e^-x), element by element: any shape to the same shape. */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => sigmoid(x));
  }
}

/** The hyperbolic tangent, element by element: any shape to the same shape. */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => tanh(x));
  }
}

/**
 * e^x divided by its sum along one axis: any shape to the same shape. Not in front of `crossEntropy`, which takes logits.
 */
export class Softmax extends Module {
  /** @param axis the axis of the classes; a negative one counts from the back */
  constructor(readonly axis = -1) {
    super();
    checkNumber('Softmax', 'axis', axis, { whole: true });
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => softmax(x, this.axis));
  }

  override toString(): string {
    return describe(this, [this.axis]);
  }
}

/** All axes but the first as one: [N, C, H, W] to [N, C * H * W]. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => flatten(x, 1));
  }
}
