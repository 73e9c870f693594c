/**
 * Models as ONNX files.
 * @module convgrad/onnx
 */

import '../wasm/install.js';

export { exportOnnx, type OnnxOptions } from './export.js';
