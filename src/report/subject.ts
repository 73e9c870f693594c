import type { ReportFigures, ReportSettings } from './figures.js';
import type { Draw, Tile } from './images.js';

/** What the sections of the report are made of. */
export interface Subject {
  options: ReportSettings;
  figures: ReportFigures;
  /** The layer's weights, [filters, channels, kernelH, kernelW]. */
  weights: ArrayLike<number>;
  /** Each filter as a picture, on one scale for all. */
  filters: readonly Tile[];
  /** The held-out image at an index. */
  image: (index: number) => Tile;
  draw: Draw;
  charts: typeof import('../charts/index.js');
  /** The document in which the charts are drawn. */
  page: Document;
}

/** The names of the channels of color images. */
export const CHANNELS: readonly string[] = ['red', 'green', 'blue'];
