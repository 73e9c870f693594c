import '../src/wasm/install.js';

export { loadMnist } from './mnist.js';
export { type DrawnShape, type ShapesOptions, shapes } from './shapes.js';
