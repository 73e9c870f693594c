import { zeros } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkNumber, checkOptions } from '../errors.js';
import { dense } from '../ops/dense.js';
import type { Generator } from '../random.js';
import { defaultUniform } from './init.js';
import { Module, Parameter } from './module.js';

export interface DenseOptions {
  /** Whether a number is added to each output: true unless given. */
  bias?: boolean;
  /** Where the initial weights come from; the default generator unless given. */
  generator?: Generator;
}

/**
 * A fully connected layer, y = x W^T + b: [N, inFeatures] to [N, outFeatures].
 * `weight` is [outFeatures, inFeatures], `bias` [outFeatures].
 */
export class Dense extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, options: DenseOptions = {}) {
    super();
    checkOptions('Dense', options, ['bias', 'generator']);
    this.inFeatures = checkNumber('Dense', 'inFeatures', inFeatures, { least: 1, whole: true });
    this.outFeatures = checkNumber('Dense', 'outFeatures', outFeatures, { least: 1, whole: true });
    const draws = { fanIn: inFeatures, generator: options.generator };
    this.weight = defaultUniform(new Parameter(zeros([outFeatures, inFeatures])), draws);
    this.bias = (options.bias ?? true) ? defaultUniform(new Parameter(zeros([outFeatures])), draws) : null;
  }

  override forward(x: Tensor): Tensor {
    return this.located(() => dense(x, this.weight, this.bias));
  }

  override multiplyAdds(): number {
    return this.weight.size;
  }

  override toString(): string {
    return `Dense(${this.inFeatures}, ${this.outFeatures})`;
  }
}

/** PyTorch's name of `Dense`. */
export const Linear = Dense;
