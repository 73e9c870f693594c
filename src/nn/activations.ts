import { full } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { type GeluOptions, gelu, leakyRelu, relu, sigmoid, silu, tanh } from '../ops/elementwise.js';
import { elu } from '../ops/elu.js';
import { prelu } from '../ops/prelu.js';
import { flatten } from '../ops/reshape.js';
import { logSoftmax, softmax } from '../ops/softmax.js';
import { describe, Module, Parameter } from './module.js';

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

/** x / (1 + e^-x), element by element: any shape to the same shape. See `silu`. */
export class SiLU extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => silu(x));
  }
}

/** x where it is positive and `alpha` * (e^x - 1) elsewhere, element by element: any shape to the same shape. */
export class ELU extends Module {
  /** @param alpha minus the value for large negative x */
  constructor(readonly alpha = 1) {
    super();
    checkNumber('ELU', 'alpha', alpha);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => elu(x, this.alpha));
  }

  override toString(): string {
    return describe(this, [this.alpha]);
  }
}

/** x where it is positive and `weight` * x elsewhere, the weight learned: any shape to the same shape; see `prelu`. */
export class PReLU extends Module {
  readonly weight: Parameter;

  /**
   * @param channels how many weights there are: 1, or one for each channel of [N, C, ...]
   * @param options `initial` (0.25): the weights at first
   */
  constructor(channels = 1, options: { initial?: number } = {}) {
    super();
    const { initial } = readOptions('PReLU', options, { initial: 0.25 });
    checkNumber('PReLU', 'channels', channels, { least: 1, whole: true });
    this.weight = new Parameter(full([channels], checkNumber('PReLU', 'initial', initial)));
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => prelu(x, this.weight));
  }

  override toString(): string {
    return describe(this, [this.weight.size]);
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
    checkNumber(new.target.name, 'axis', axis, { whole: true });
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => softmax(x, this.axis));
  }

  override toString(): string {
    return describe(this, [this.axis]);
  }
}

/** The logarithm of `Softmax`: any shape to the same shape. In front of `nllLoss`. */
export class LogSoftmax extends Softmax {
  override forward(x: Tensor): Tensor {
    return this.located(() => logSoftmax(x, this.axis));
  }
}

/** All axes but the first as one: [N, C, H, W] to [N, C * H * W]. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => flatten(x, 1));
  }
}
