import '../wasm/install.js';

export { type ImageSource, type LoadImagesOptions, loadImages } from './images.js';
