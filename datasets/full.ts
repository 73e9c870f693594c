/**
 * Whole data sets, from packages that are installed apart.
 * @module convgrad/datasets/full
 */

import '../src/wasm/install.js';

export { loadFashionMnist } from './fashion-mnist.js';
export { loadFashionMnistJson } from './fashion-mnist-json.js';
export { loadMnistFull } from './mnist-full.js';
