import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions } from '../errors.js';
import { type DropoutOptions, dropout, dropout2d } from '../ops/dropout.js';
import { Module } from './module.js';

export abstract class AnyDropout extends Module {
  readonly p: number;
  readonly options: DropoutOptions;

  /**
   * @param p the probability of 0, from 0 to 1: 0.5 unless given
   * @param options `generator`, the default one unless given
   */
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super();
    checkOptions(new.target.name, options, ['generator']);
    this.p = checkNumber(new.target.name, 'p', p, { least: 0, most: 1 });
    this.options = options;
  }

  override toString(): string {
    return `${this.constructor.name}(${this.p})`;
  }
}

/** In training, sets numbers to 0 at random, and scales the others up; see `dropout`. In evaluation, does nothing. */
export class Dropout extends AnyDropout {
  override forward(x: Tensor): Tensor {
    return this.training ? this.located(() => dropout(x, this.p, this.options)) : x;
  }
}

/** In training, sets whole channels of images [N, C, H, W] to 0; see `dropout2d`. In evaluation, does nothing. */
export class Dropout2D extends AnyDropout {
  override forward(x: Tensor): Tensor {
    return this.training ? this.located(() => dropout2d(x, this.p, this.options)) : x;
  }
}

/** PyTorch's name of `Dropout2D`. */
export const Dropout2d = Dropout2D;
