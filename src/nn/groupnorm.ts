import { ones, zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions, ShapeError } from '../errors.js';
import { groupNorm } from '../ops/groupNorm.js';
import { checkRank, showShape, sizeOf } from '../shape.js';
import { describe, Module, Parameter } from './module.js';

/** Options of `GroupNorm`. */
export interface GroupNormOptions {
  /** Added to the variance, at least 0. @default 1e-5 */
  eps?: number;
  /** Whether a weight and a bias are learned for each channel. @default true, for InstanceNorm2D false */
  affine?: boolean;
}

/**
 * Group normalization: each example's channels in groups, [N, channels, ...] to the same shape; see `groupNorm`. `weight` and
 * `bias` are [channels].
 * Source: Wu and He 2018, https://arxiv.org/abs/1803.08494
 */
export class GroupNorm extends Module {
  readonly groups: number;
  readonly channels: number;
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  /**
   * @param groups how many groups there are
   * @param channels a multiple of them
   */
  constructor(groups: number, channels: number, options: GroupNormOptions = {}) {
    super();
    const where = new.target.name;
    const { eps, affine } = readOptions(where, options, { eps: 1e-5, affine: true });
    this.groups = checkNumber(where, 'groups', groups, { least: 1, whole: true });
    this.channels = checkNumber(where, 'channels', channels, { least: 1, whole: true });
    if (channels % groups !== 0) {
      throw new ShapeError(where, `expected channels to be a multiple of ${groups} groups, got ${channels}`);
    }
    this.eps = checkNumber(where, 'eps', eps, { least: 0 });
    this.weight = affine ? new Parameter(ones([channels])) : null;
    this.bias = affine ? new Parameter(zeros([channels])) : null;
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => {
      const { groups, channels, weight, bias, eps } = this;
      if (x.shape[1] === channels) return groupNorm(x, groups, weight, bias, { eps });
      throw new ShapeError('GroupNorm', `expected ${channels} channels, got input shape ${showShape(x.shape)}`);
    });
  }

  override toString(): string {
    return describe(this, [this.groups, this.channels]);
  }
}

/**
 * Instance normalization: each channel of each image with mean 0 and variance 1, [N, channels, H, W] to the same shape. As in
 * PyTorch, nothing is learned unless `affine` is set; running statistics are not kept.
 * Source: Ulyanov et al. 2016, https://arxiv.org/abs/1607.08022
 */
export class InstanceNorm2D extends GroupNorm {
  /** @param channels the number of channels */
  constructor(channels: number, options: GroupNormOptions = {}) {
    super(channels, channels, readOptions('InstanceNorm2D', options, { eps: undefined, affine: false }));
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => {
      const rank = sizeOf(x.shape.slice(2)) > 1 ? 4 : -1;
      checkRank('InstanceNorm2D', 'an input [N, C, H, W] of more than 1 pixel', x.shape, rank);
      return super.forward(x);
    });
  }

  override toString(): string {
    return describe(this, [this.channels]);
  }
}
