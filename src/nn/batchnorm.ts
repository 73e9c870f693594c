import { ones, zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions, ShapeError } from '../errors.js';
import { batchNorm2d } from '../ops/normalize.js';
import { showShape } from '../shape.js';
import { Module, Parameter, StateBuffer } from './module.js';

export interface BatchNorm2DOptions {
  /** Added to the variance: 1e-5 unless given. */
  eps?: number;
  /** The share of a batch's statistics in the running ones: 0.1 unless given; null makes them the mean over all batches. */
  momentum?: number | null;
  /** Whether a weight and a bias for each channel are learned: true unless given. */
  affine?: boolean;
  /** Whether evaluation uses statistics collected in training (true unless given), or those of its own batch. */
  trackRunningStatistics?: boolean;
}

/**
 * Batch normalization of images: [N, features, H, W] to the same shape; see `batchNorm2d`. In training it uses the
 * statistics of the batch, in evaluation the running ones. The state dict has PyTorch's `weight`, `bias`, `running_mean`,
 * `running_var` and `num_batches_tracked` (a float here).
 */
export class BatchNorm2D extends Module {
  readonly features: number;
  readonly eps: number;
  readonly momentum: number | null;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: StateBuffer | null;
  readonly runningVariance: StateBuffer | null;
  readonly batchesTracked: StateBuffer | null;

  constructor(features: number, options: BatchNorm2DOptions = {}) {
    super();
    const where = 'BatchNorm2D';
    checkOptions(where, options, ['eps', 'momentum', 'affine', 'trackRunningStatistics']);
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStatistics: tracks = true } = options;
    this.features = checkNumber(where, 'features', features, { least: 1, whole: true });
    this.eps = checkNumber(where, 'eps', eps, { least: 0 });
    this.momentum = momentum === null ? null : checkNumber(where, 'momentum', momentum, { least: 0, most: 1 });
    this.weight = affine ? new Parameter(ones([features])) : null;
    this.bias = affine ? new Parameter(zeros([features])) : null;
    this.runningMean = tracks ? new StateBuffer('running_mean', zeros([features])) : null;
    this.runningVariance = tracks ? new StateBuffer('running_var', ones([features])) : null;
    this.batchesTracked = tracks ? new StateBuffer('num_batches_tracked', zeros([])) : null;
  }

  override forward(x: Tensor): Tensor {
    const { runningMean, runningVariance, batchesTracked, weight, bias, eps } = this;
    return this.located(() => {
      if (x.shape.length === 4 && x.shape[1] !== this.features) {
        const got = `got ${x.shape[1]}, input shape ${showShape(x.shape)}`;
        throw new ShapeError('BatchNorm2D', `expected ${this.features} channels, ${got}`);
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
    });
  }

  override toString(): string {
    return `BatchNorm2D(${this.features})`;
  }
}

/** PyTorch's name of `BatchNorm2D`. */
export const BatchNorm2d = BatchNorm2D;
