import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, ShapeError, show } from '../errors.js';
import { add } from '../ops/arithmetic.js';
import { sameShape, showShape } from '../shape.js';
import { Module, relocate } from './module.js';

/**
 * x + block(x), so that the block learns what to change (He et al. 2016, "Deep residual learning"); with a shortcut,
 * shortcut(x) + block(x), for a block that changes the shape.
 */
export class Residual extends Module {
  readonly block: Module;
  readonly shortcut: Module | null;

  /** @param shortcut a layer that changes the shape as the block does, such as a `Conv2D` of 1x1; none unless given */
  constructor(block: Module, shortcut: Module | null = null) {
    super();
    for (const layer of shortcut === null ? [block] : [block, shortcut]) {
      if (!(layer instanceof Module)) throw new ArgumentError('Residual', `expected a layer, got ${show(layer)}`);
    }
    this.block = block;
    this.shortcut = shortcut;
  }

  override forward(x: Tensor): Tensor {
    const inside = (name: string, layer: Module) =>
      relocate(
        () => layer.forward(x),
        (error) => `${name}.${error.where}`,
      );
    const change = inside('block', this.block);
    const kept = this.shortcut ? inside('shortcut', this.shortcut) : x;
    if (sameShape(change.shape, kept.shape)) return add(kept, change);
    const advice = this.shortcut ? 'the shortcut must give what the block gives' : 'give it a shortcut';
    throw new ShapeError(
      'Residual',
      `expected the block to give shape ${showShape(kept.shape)}, got ${showShape(change.shape)}; ${advice}`,
    );
  }
}
