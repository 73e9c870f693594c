/**
 * NumPy's files.
 * @module convgrad/numpy
 */

import '../wasm/install.js';

export type { UnpackOptions } from '../io/limits.js';
export { readNpy, writeNpy } from './npy.js';
export { readNpz, writeNpz } from './npz.js';
