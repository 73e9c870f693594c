/**
 * Charts as SVG.
 * @module convgrad/charts
 */

export { type ConfusionOptions, confusion } from './confusion.js';
export { type CurveOptions, curve, type Series } from './curve.js';
export { type HistogramOptions, histogram } from './histogram.js';
export type { ChartOptions } from './options.js';
