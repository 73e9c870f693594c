import { ones, zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions } from '../errors.js';
import { layerNorm } from '../ops/normalize.js';
import { checkShape, type Shape, showShape } from '../shape.js';
import { Module, Parameter } from './module.js';

export interface LayerNormOptions {
  /** Added to the variance: 1e-5 unless given. */
  eps?: number;
  /** Whether a weight and a bias for each place are learned: true unless given. */
  affine?: boolean;
}

/** Normalization of each example over its last axes; see `layerNorm`. `weight` and `bias` have the shape `shape`. */
export class LayerNorm extends Module {
  readonly shape: Shape;
  readonly eps: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;

  /** @param shape of the last axes, such as [64] or [8, 12, 12]; a number is one axis */
  constructor(shape: number | Shape, options: LayerNormOptions = {}) {
    super();
    checkOptions('LayerNorm', options, ['eps', 'affine']);
    const { eps = 1e-5, affine = true } = options;
    this.shape = typeof shape === 'number' ? [shape] : [...shape];
    checkShape('LayerNorm', this.shape);
    this.eps = checkNumber('LayerNorm', 'eps', eps, { least: 0 });
    this.weight = affine ? new Parameter(ones(this.shape)) : null;
    this.bias = affine ? new Parameter(zeros(this.shape)) : null;
  }

  override forward(x: Tensor): Tensor {
    const { shape, weight, bias, eps } = this;
    return this.located(() => layerNorm(x, shape, weight, bias, { eps }));
  }

  override toString(): string {
    return `LayerNorm(${showShape(this.shape)})`;
  }
}
