import '../wasm/install.js';

export { exportOnnx, type OnnxOptions } from './export.js';
