import { ones, zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { layerNorm } from '../ops/normalize.js';
import { checkShape, type Shape, showShape } from '../shape.js';
import { describe, Module, Parameter } from './module.js';

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance, at least 0. @default 1e-5 */
  eps?: number;
  /** Whether a weight and a bias are learned for each place. @default true */
  affine?: boolean;
}

/**
 * Layer normalization: each example over its last axes, [..., ...shape] to the same shape; see `layerNorm`. `weight` and
 * `bias` have the shape `shape`.
 * Source: Ba, Kiros and Hinton 2016, https://arxiv.org/abs/1607.06450
 */
export class LayerNorm extends Module {
  readonly shape: Shape;
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  /** @param shape of the last axes, such as [64] or [8, 12, 12]; a number is one axis */
  constructor(shape: number | Shape, options: LayerNormOptions = {}) {
    super();
    const { eps, affine } = readOptions('LayerNorm', options, { eps: 1e-5, affine: true });
    const axes = typeof shape === 'number' ? [shape] : shape;
    checkShape('LayerNorm', axes);
    this.shape = [...axes];
    this.eps = checkNumber('LayerNorm', 'eps', eps, { least: 0 });
    this.weight = affine ? new Parameter(ones(axes)) : null;
    this.bias = affine ? new Parameter(zeros(axes)) : null;
  }

  override forward(x: Tensor): Tensor {
    const { shape, weight, bias, eps } = this;
    return this.located(() => layerNorm(x, shape, weight, bias, { eps }));
  }

  override toString(): string {
    return describe(this, [showShape(this.shape)]);
  }
}
