/**
 * PyTorch's files.
 * @module convgrad/torch
 */

import '../wasm/install.js';

export type { UnpackOptions } from '../io/limits.js';
export { readTorch, readTorchData, type TorchOptions } from './read.js';
