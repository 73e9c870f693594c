import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { type DropoutOptions, dropout, dropout2d } from '../ops/dropout.js';
import { describe, Module } from './module.js';

export abstract class AnyDropout extends Module {
  readonly p: number;
  readonly options: DropoutOptions;

  /**
   * @param p the probability of 0, from 0 to 1
   * @param options `generator`: what is drawn from; the default generator unless given
   */
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super();
    this.options = readOptions(new.target.name, options, { generator: undefined });
    this.p = checkNumber(new.target.name, 'p', p, { least: 0, most: 1 });
  }

  override toString(): string {
    return describe(this, [this.p]);
  }
}

/**
 * In training, sets numbers to 0 at random and scales the others up; in evaluation, does nothing. Any shape to the same
 * shape; see `dropout`.
 * Source: Srivastava et al. 2014, https://jmlr.org/papers/v15/srivastava14a.html
 */
export class Dropout extends AnyDropout {
  override forward(x: Tensor): Tensor {
    return this.training ? this.located(() => dropout(x, this.p, this.options)) : x;
  }
}

/**
 * In training, sets whole channels of images to 0 at random; in evaluation, does nothing. [N, C, H, W] to the same shape;
 * see `dropout2d`.
 */
export class Dropout2D extends AnyDropout {
  override forward(x: Tensor): Tensor {
    return this.training ? this.located(() => dropout2d(x, this.p, this.options)) : x;
  }
}
