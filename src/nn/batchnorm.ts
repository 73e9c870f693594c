import { ones, zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions, ShapeError } from '../errors.js';
import { batchNorm2d } from '../ops/normalize.js';
import { reshape } from '../ops/reshape.js';
import { checkRank, showShape } from '../shape.js';
import { fold } from './fold.js';
import { describe, Module, Parameter, StateBuffer } from './module.js';

/** Options of `BatchNorm1D` and `BatchNorm2D`. */
export interface BatchNorm2DOptions {
  /** Added to the variance, at least 0. @default 1e-5 */
  eps?: number;
  /**
   * Weight of a batch's statistics in the running ones, from 0 to 1; null for the plain mean over all batches so far.
   * @default 0.1
   */
  momentum?: number | null;
  /** Whether a weight and a bias are learned for each channel. @default true */
  affine?: boolean;
  /** Whether evaluation uses statistics collected in training, or those of its own batch. @default true */
  trackRunningStatistics?: boolean;
}

/** What both kinds of batch normalization are made of. */
export abstract class BatchNorm extends Module {
  readonly features: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: StateBuffer | null;
  readonly runningVariance: StateBuffer | null;
  readonly batchesTracked: StateBuffer | null;

  /** @param features the number of channels */
  constructor(features: number, options: BatchNorm2DOptions = {}) {
    super();
    const where = new.target.name;
    const defaults = { eps: 1e-5, momentum: 0.1, affine: true, trackRunningStatistics: true };
    const { eps, momentum, affine, trackRunningStatistics: tracks } = readOptions(where, options, defaults);
    this.features = checkNumber(where, 'features', features, { least: 1, whole: true });
    this.eps = checkNumber(where, 'eps', eps, { least: 0 });
    this.momentum = momentum === null ? null : checkNumber(where, 'momentum', momentum, { least: 0, most: 1 });
    this.weight = affine ? new Parameter(ones([features])) : null;
    this.bias = affine ? new Parameter(zeros([features])) : null;
    this.runningMean = tracks ? new StateBuffer('running_mean', zeros([features])) : null;
    this.runningVariance = tracks ? new StateBuffer('running_var', ones([features])) : null;
    this.batchesTracked = tracks ? new StateBuffer('num_batches_tracked', zeros([])) : null;
  }

  /** Of [N, features, H, W]. */
  protected normalized(x: Tensor): Tensor {
    const { runningMean, runningVariance, batchesTracked, weight, bias, eps } = this;
    if (x.shape.length === 4 && x.shape[1] !== this.features) {
      const got = `got ${x.shape[1]}, input shape ${showShape(x.shape)}`;
      throw new ShapeError(this.constructor.name, `expected ${this.features} channels, ${got}`);
    }
    if (!this.training || !batchesTracked) {
      const training = batchesTracked === null;
      return batchNorm2d(x, runningMean, runningVariance, weight, bias, { training, eps });
    }
    const batches = batchesTracked.item() + 1;
    const momentum = this.momentum ?? 1 / batches;
    const y = batchNorm2d(x, runningMean, runningVariance, weight, bias, { training: true, momentum, eps });
    batchesTracked.storage.array[0] = batches;
    batchesTracked.storage.version++;
    return y;
  }

  override toString(): string {
    return describe(this, [this.features]);
  }
}

/**
 * Batch normalization of images: [N, features, H, W] to the same shape; see `batchNorm2d`. In training it uses the
 * statistics of the batch, in evaluation the running ones. The state dict has PyTorch's `weight`, `bias`, `running_mean`,
 * `running_var` and `num_batches_tracked` (a float here).
 * Source: Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export class BatchNorm2D extends BatchNorm {
  override forward(x: Tensor): Tensor {
    return this.located(() => this.normalized(x));
  }

  /** @internal What stands for the layer before and this one; null where each is to run. */
  joinedTo(before: Module): ((x: Tensor) => Tensor) | null {
    return this.forward === BatchNorm2D.prototype.forward ? fold(before, this) : null;
  }
}

/** Batch normalization of vectors or sequences: [N, features] or [N, features, L] to the same shape; see `BatchNorm2D`. */
export class BatchNorm1D extends BatchNorm {
  override forward(x: Tensor): Tensor {
    return this.located(() => {
      const { shape } = x;
      const [N, C, L = 1] = shape;
      const expected = `an input [N, ${this.features}] or [N, ${this.features}, L]`;
      checkRank('BatchNorm1D', expected, shape, shape.length === 2 ? 2 : 3);
      return reshape(this.normalized(reshape(x, [N, C, L, 1])), shape);
    });
  }
}
