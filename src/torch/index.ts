import '../wasm/install.js';

export type { UnpackOptions } from '../io/limits.js';
export { readTorch, readTorchData, type TorchOptions } from './read.js';
