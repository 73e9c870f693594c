import '../wasm/install.js';

export { type IdxFile, readIdx } from './idx.js';
export { readSafetensors, type SafetensorsFile, writeSafetensors } from './safetensors.js';
export { readState, writeState } from './state.js';
