import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions, ShapeError } from '../errors.js';
import { CONV2D_OPTIONS, type Conv2dOptions, conv2d } from '../ops/conv2d.js';
import type { Generator } from '../random.js';
import { type Pair, pair, sizeOf } from '../shape.js';
import { defaultInit } from './init.js';
import { Module, type Parameter } from './module.js';

export interface Conv2DOptions extends Conv2dOptions {
  /** Whether a number is added to each output channel: true unless given. */
  bias?: boolean;
  /** Where the initial weights come from; the default generator unless given. */
  generator?: Generator;
}

/**
 * A layer of filters that slide over an image: [N, inChannels, H, W] to [N, outChannels, outH, outW]; see `conv2d`.
 * `weight` is [outChannels, inChannels / groups, kernelH, kernelW], `bias` [outChannels].
 */
export class Conv2D extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly options: Conv2dOptions;

  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2DOptions = {}) {
    super();
    checkOptions('Conv2D', options, [...CONV2D_OPTIONS, 'bias', 'generator']);
    const { bias = true, generator, ...rest } = options;
    const groups = checkNumber('Conv2D', 'groups', rest.groups ?? 1, { least: 1, whole: true });
    this.inChannels = checkNumber('Conv2D', 'inChannels', inChannels, { least: 1, whole: true });
    this.outChannels = checkNumber('Conv2D', 'outChannels', outChannels, { least: 1, whole: true });
    this.kernelSize = pair('Conv2D', 'kernelSize', kernelSize, 1);
    this.options = rest;
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ShapeError(
        'Conv2D',
        `expected inChannels and outChannels to be multiples of ${groups} groups, got ${inChannels} and ${outChannels}`,
      );
    }
    const filter = [inChannels / groups, ...this.kernelSize];
    const fanIn = sizeOf(filter);
    this.weight = defaultInit([outChannels, ...filter], fanIn, generator);
    this.bias = bias ? defaultInit([outChannels], fanIn, generator) : null;
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => conv2d(x, this.weight, this.bias, this.options));
  }

  override multiplyAdds([, , outH, outW]: readonly number[]): number {
    return this.weight.size * outH * outW;
  }

  override toString(): string {
    const options = Object.entries(this.options).map(([key, value]) => `, ${key}: ${value}`);
    return `Conv2D(${this.inChannels}, ${this.outChannels}, ${this.kernelSize.join('x')}${options.join('')})`;
  }
}

/** PyTorch's name of `Conv2D`. */
export const Conv2d = Conv2D;
