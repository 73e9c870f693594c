import { zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, readOptions } from '../errors.js';
import { dense } from '../ops/dense.js';
import { defaultUniform, type WeightOptions } from './init.js';
import { describe, Module, Parameter } from './module.js';

export interface DenseOptions extends WeightOptions {}

/**
 * A fully connected layer, y = x W^T + b: [N, inFeatures] to [N, outFeatures]. PyTorch calls it Linear.
 * `weight` is [outFeatures, inFeatures], `bias` [outFeatures].
 */
export class Dense extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;

  /**
   * @param inFeatures how many numbers an example has
   * @param outFeatures how many numbers come out, such as one a class
   */
  constructor(inFeatures: number, outFeatures: number, options: DenseOptions = {}) {
    super();
    const { bias, generator } = readOptions('Dense', options, { bias: true, generator: undefined });
    this.inFeatures = checkNumber('Dense', 'inFeatures', inFeatures, { least: 1, whole: true });
    this.outFeatures = checkNumber('Dense', 'outFeatures', outFeatures, { least: 1, whole: true });
    const draws = { fanIn: inFeatures, generator };
    this.weight = defaultUniform(new Parameter(zeros([outFeatures, inFeatures])), draws);
    this.bias = bias ? defaultUniform(new Parameter(zeros([outFeatures])), draws) : null;
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => dense(x, this.weight, this.bias));
  }

  override multiplyAdds(): number {
    return this.weight.size;
  }

  override toString(): string {
    return describe(this, [this.inFeatures, this.outFeatures], { bias: this.bias !== null }, { bias: true });
  }
}
