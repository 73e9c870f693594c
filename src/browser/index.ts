/**
 * Images from files, canvases and pixels in a page.
 * @module convgrad/browser
 */

import '../wasm/install.js';

export { type ImageSource, type LoadImagesOptions, loadImages } from './images.js';
