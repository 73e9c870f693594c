/**
 * Augmentation: changes of images, drawn anew for each batch.
 * @module convgrad/transforms
 */

export { type AffineOptions, affine, shift } from './affine.js';
export { compose } from './compose.js';
export { type ElasticOptions, elastic } from './elastic.js';
export { type EraseOptions, erase } from './erase.js';
export { flip } from './flip.js';
export { normalize } from './normalize.js';
export type { Range } from './range.js';
export type { FillOptions } from './resample.js';
