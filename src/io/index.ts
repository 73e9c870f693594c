/**
 * Files of numbers as bytes: safetensors, states of trainings, IDX.
 * @module convgrad/io
 */

import '../wasm/install.js';

export { type IdxFile, readIdx } from './idx.js';
export { readSafetensors, type SafetensorsFile, writeSafetensors } from './safetensors.js';
export { readState, writeState } from './state.js';
