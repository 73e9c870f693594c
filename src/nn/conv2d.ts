import { zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions, ShapeError } from '../errors.js';
import { type ConvolutionOptions, conv2d } from '../ops/conv2d.js';
import { convTranspose2d, type TransposedConvolutionOptions } from '../ops/convTranspose2d.js';
import { type Pair, pair, sizeOf, windowsAlong } from '../shape.js';
import { defaultUniform, type WeightOptions } from './init.js';
import { describe, Module, Parameter } from './module.js';

export interface Conv2DOptions extends ConvolutionOptions, WeightOptions {}
export interface ConvTranspose2DOptions extends TransposedConvolutionOptions, WeightOptions {}

const CONV2D = { stride: 1, padding: 0, dilation: 1, groups: 1, bias: true, generator: undefined };
const CONV_TRANSPOSE2D = { ...CONV2D, outputPadding: 0 };

/** What both kinds of convolution are made of. */
export abstract class Convolution<Options extends { groups: number }> extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly [number, number];
  readonly options: Options;

  /** @param transposed whether the first axis of the weight counts the input channels, not the output channels */
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: Pair,
    { bias, generator, ...options }: Options & WeightOptions,
    transposed: boolean,
  ) {
    super();
    const where = new.target.name;
    this.options = options as unknown as Options;
    const groups = checkNumber(where, 'groups', this.options.groups, { least: 1, whole: true });
    this.inChannels = checkNumber(where, 'inChannels', inChannels, { least: 1, whole: true });
    this.outChannels = checkNumber(where, 'outChannels', outChannels, { least: 1, whole: true });
    this.kernelSize = pair(where, 'kernelSize', kernelSize, 1);
    if (inChannels % groups !== 0 || outChannels % groups !== 0) {
      const got = `got ${inChannels} and ${outChannels}`;
      throw new ShapeError(where, `expected inChannels and outChannels to be multiples of ${groups} groups, ${got}`);
    }
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const filter = [second / groups, ...this.kernelSize];
    const fanIn = sizeOf(filter); // As PyTorch counts it for both kinds.
    this.weight = defaultUniform(new Parameter(zeros([first, ...filter])), { fanIn, generator });
    this.bias = bias ? defaultUniform(new Parameter(zeros([outChannels])), { fanIn, generator }) : null;
  }

  override toString(): string {
    const { inChannels, outChannels, kernelSize, options, bias } = this;
    return describe(this, [inChannels, outChannels, kernelSize], { ...options, bias: bias !== null }, CONV_TRANSPOSE2D);
  }
}

/**
 * A two-dimensional convolution with learned filters: [N, inChannels, H, W] to [N, outChannels, outH, outW]; see `conv2d`.
 * `weight` is [outChannels, inChannels / groups, kernelH, kernelW], `bias` [outChannels].
 */
export class Conv2D extends Convolution<Required<ConvolutionOptions>> {
  /**
   * @param inChannels the channels of the input: 1 for gray images, 3 for color
   * @param outChannels how many filters there are
   * @param kernelSize the size of a filter in pixels: a number, or [height, width]
   * @throws ShapeError for channels that do not fall into `groups`; ArgumentError for other options that do not fit
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: Conv2DOptions = {}) {
    super(inChannels, outChannels, kernelSize, readOptions('Conv2D', options, CONV2D), false);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => conv2d(x, this.weight, this.bias, this.options));
  }

  override multiplyAdds([, , outH, outW]: readonly number[]): number {
    return this.weight.size * outH * outW;
  }
}

/**
 * A transposed convolution, which makes images larger: [N, inChannels, H, W] to [N, outChannels, outH, outW]; see
 * `convTranspose2d`. `weight` is [inChannels, outChannels / groups, kernelH, kernelW], `bias` [outChannels].
 */
export class ConvTranspose2D extends Convolution<Required<TransposedConvolutionOptions>> {
  /**
   * @param inChannels the channels of the input
   * @param outChannels the channels of the result
   * @param kernelSize the size of a filter in pixels: a number, or [height, width]
   * @throws ShapeError for channels that do not fall into `groups`; ArgumentError for other options that do not fit
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Pair, options: ConvTranspose2DOptions = {}) {
    const all = readOptions('ConvTranspose2D', options, CONV_TRANSPOSE2D);
    super(inChannels, outChannels, kernelSize, all, true);
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => convTranspose2d(x, this.weight, this.bias, this.options));
  }

  /** Each pixel of the input is multiplied with a whole filter, so it is the input's size that counts. */
  override multiplyAdds([, , ...output]: readonly number[]): number {
    const { stride, padding, outputPadding, dilation } = this.options;
    const both = [stride, padding, outputPadding, dilation].map((value) =>
      pair('ConvTranspose2D', 'options', value, 0),
    );
    const [inH, inW] = output.map((size, axis) => {
      const [step, pad, added, spread] = both.map((values) => values[axis]);
      return windowsAlong(size - added, this.kernelSize[axis], step, 2 * pad, spread);
    });
    return this.weight.size * inH * inW;
  }
}
