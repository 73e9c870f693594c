import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions } from '../errors.js';
import { type GeluOptions, gelu, leakyRelu, relu, sigmoid, tanh } from '../ops/elementwise.js';
import { flatten } from '../ops/reshape.js';
import { softmax } from '../ops/softmax.js';
import { Module } from './module.js';

/** max(x, 0), element by element. */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => relu(x));
  }
}

/** x where it is positive, and `negativeSlope` * x elsewhere; 0.01 unless given. */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01) {
    super();
    this.negativeSlope = checkNumber('LeakyReLU', 'negativeSlope', negativeSlope);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => leakyRelu(x, this.negativeSlope));
  }

  override toString(): string {
    return `LeakyReLU(${this.negativeSlope})`;
  }
}

/** x times the share of the normal distribution below x; see `gelu`. */
export class GELU extends Module {
  readonly options: GeluOptions;

  constructor(options: GeluOptions = {}) {
    super();
    checkOptions('GELU', options, ['approximate']);
    this.options = options;
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => gelu(x, this.options));
  }
}

/** 1 / (1 + e^-x), element by element. */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => sigmoid(x));
  }
}

/** The hyperbolic tangent, element by element. */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => tanh(x));
  }
}

/** e^x divided by its sum along `axis`, the last one unless given. `crossEntropy` wants what comes before it. */
export class Softmax extends Module {
  readonly axis: number;

  constructor(axis = -1) {
    super();
    this.axis = checkNumber('Softmax', 'axis', axis, { whole: true });
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => softmax(x, this.axis));
  }

  override toString(): string {
    return `Softmax(${this.axis})`;
  }
}

/** All axes but the first as one: [N, C, H, W] to [N, C * H * W]. */
export class Flatten extends Module {
  override forward(x: Tensor): Tensor {
    return this.located(() => flatten(x, 1));
  }
}
