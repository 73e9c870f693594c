import { zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions, ShapeError } from '../errors.js';
import { CONV2D_OPTIONS, type Conv2dOptions, conv2d } from '../ops/conv2d.js';
import { CONV_TRANSPOSE2D_OPTIONS, type ConvTranspose2dOptions, convTranspose2d } from '../ops/convTranspose2d.js';
import type { Generator } from '../random.js';
import { type Pair, pair, sizeOf } from '../shape.js';
import { defaultUniform } from './init.js';
import { Module, Parameter } from './module.js';

export interface LayerOptions {
  /** Whether a number is added to each output channel: true unless given. */
  bias?: boolean;
  /** Where the initial weights come from; the default generator unless given. */
  generator?: Generator;
}

export interface Conv2DOptions extends Conv2dOptions, LayerOptions {}
export interface ConvTranspose2DOptions extends ConvTranspose2dOptions, LayerOptions {}

/** What both kinds of convolution are made of. */
export abstract class Convolution<Options extends { groups?: number }> extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly options: Options;

  /** @param transposed whether the first axis of the weight counts the channels that come in, not those that go out */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    { bias = true, generator, ...options }: Options & LayerOptions,
    transposed: boolean,
  ) {
    super();
    const where = new.target.name;
    this.options = options as unknown as Options;
    const groups = checkNumber(where, 'groups', this.options.groups ?? 1, { least: 1, whole: true });
    this.inChannels = checkNumber(where, 'inChannels', inChannels, { least: 1, whole: true });
    this.outChannels = checkNumber(where, 'outChannels', outChannels, { least: 1, whole: true });
    this.kernelSize = pair(where, 'kernelSize', kernelSize, 1);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      throw new ShapeError(
        where,
        `expected inChannels and outChannels to be multiples of ${groups} groups, got ${inChannels} and ${outChannels}`,
      );
    }
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const filter = [second / groups, ...this.kernelSize];
    const fanIn = sizeOf(filter); // As PyTorch counts it for both kinds.
    this.weight = defaultUniform(new Parameter(zeros([first, ...filter])), { fanIn, generator });
    this.bias = bias ? defaultUniform(new Parameter(zeros([outChannels])), { fanIn, generator }) : null;
  }

  override toString(): string {
    const options = Object.entries(this.options).map(([key, value]) => `, ${key}: ${value}`);
    const channels = `${this.inChannels}, ${this.outChannels}`;
    return `${this.constructor.name}(${channels}, ${this.kernelSize.join('x')}${options.join('')})`;
  }
}

/**
 * A layer of filters that slide over an image: [N, inChannels, H, W] to [N, outChannels, outH, outW]; see `conv2d`.
 * `weight` is [outChannels, inChannels / groups, kernelH, kernelW], `bias` [outChannels].
 */
export class Conv2D extends Convolution<Conv2dOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2DOptions = {}) {
    checkOptions('Conv2D', options, [...CONV2D_OPTIONS, 'bias', 'generator']);
    super(inChannels, outChannels, kernelSize, options, false);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => conv2d(x, this.weight, this.bias, this.options));
  }

  override multiplyAdds([, , outH, outW]: readonly number[]): number {
    return this.weight.size * outH * outW;
  }
}

/**
 * A layer that makes images larger, each pixel painting with its filters: [N, inChannels, H, W] to
 * [N, outChannels, outH, outW]; see `convTranspose2d`. `weight` is [inChannels, outChannels / groups, kernelH, kernelW],
 * `bias` [outChannels].
 */
export class ConvTranspose2D extends Convolution<ConvTranspose2dOptions> {
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: ConvTranspose2DOptions = {}) {
    checkOptions('ConvTranspose2D', options, [...CONV_TRANSPOSE2D_OPTIONS, 'bias', 'generator']);
    super(inChannels, outChannels, kernelSize, options, true);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => convTranspose2d(x, this.weight, this.bias, this.options));
  }

  /** Each pixel that comes in is multiplied with a whole filter. */
  override multiplyAdds([, , ...output]: readonly number[]): number {
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1 } = this.options;
    const each = { stride, padding, outputPadding, dilation };
    const along = (axis: 0 | 1) => {
      const of = (what: keyof typeof each) => pair('ConvTranspose2D', what, each[what], 0)[axis];
      const copies = output[axis] - 1 - of('outputPadding') + 2 * of('padding');
      return (copies - of('dilation') * (this.kernelSize[axis] - 1)) / of('stride') + 1;
    };
    return this.weight.size * along(0) * along(1);
  }
}

/** PyTorch's names. */
export const Conv2d = Conv2D;
export const ConvTranspose2d = ConvTranspose2D;
