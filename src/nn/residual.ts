import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, ShapeError, show, withPlace } from '../errors.js';
import { add } from '../ops/arithmetic.js';
import { sameShape, showShape } from '../shape.js';
import { Module } from './module.js';

/**
 * A residual block, x + block(x), or shortcut(x) + block(x) for a block that changes the shape.
 * Source: He et al. 2016, https://arxiv.org/abs/1512.03385
 */
export class Residual extends Module {
  readonly block: Module;
  readonly shortcut: Module | null;

  /**
   * @param block the layers that learn what to add to x
   * @param shortcut a layer that changes the shape as the block does, such as a `Conv2D` of 1x1
   */
  constructor(block: Module, shortcut: Module | null = null) {
    super();
    for (const layer of shortcut === null ? [block] : [block, shortcut]) {
      if (!(layer instanceof Module)) throw new ArgumentError('Residual', `expected a layer, got ${show(layer)}`);
    }
    this.block = block;
    this.shortcut = shortcut;
  }

  /** @throws ShapeError when block and shortcut give different shapes */
  override forward(x: Tensor): Tensor {
    const inside = (name: string, layer: Module) =>
      withPlace(
        ({ where }) => `${name}.${where}`,
        () => layer.forward(x),
      );
    const change = inside('block', this.block);
    const kept = this.shortcut ? inside('shortcut', this.shortcut) : x;
    if (sameShape(change.shape, kept.shape)) return add(kept, change);
    const advice = this.shortcut ? 'the shortcut must give what the block gives' : 'give it a shortcut';
    const got = `got ${showShape(change.shape)}; ${advice}`;
    throw new ShapeError('Residual', `expected the block to give shape ${showShape(kept.shape)}, ${got}`);
  }
}
