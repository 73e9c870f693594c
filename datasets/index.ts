/**
 * Digits and drawn images.
 * @module convgrad/datasets
 */

import '../src/wasm/install.js';

export { type DeadLeavesOptions, deadLeaves, type Leaf } from './dead-leaves.js';
export { loadMnist, packMnist } from './mnist.js';
export { type MnistOptions, readMnist } from './mnist-file.js';
export { type DrawnShape, type ShapesOptions, shapes } from './shapes.js';
