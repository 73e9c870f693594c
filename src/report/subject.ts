import type { ReportFigures, ReportOptions } from './figures.js';
import { type Content, html } from './html.js';
import type { Draw, Tile } from './images.js';
import type { StudiedFilter, StudiedLayer } from './study.js';

/** What every section of the report is about. */
export interface Subject {
  options: ReportOptions;
  figures: ReportFigures;
  /** The layer's filters, [filters, channels, kernelH, kernelW]; and each as a picture on its own scale. */
  weights: ArrayLike<number>;
  filters: readonly Tile[];
  /** The held-out image of an index. */
  image: (index: number) => Tile;
  draw: Draw;
  charts: typeof import('../charts/index.js');
  /** In which the charts are drawn. */
  page: Document;
}

/** What the channels of color images are called. */
export const CHANNELS = ['red', 'green', 'blue'];

/** What a study says of one filter: a row a channel, none without a study. */
export function rowsOf(layer: StudiedLayer | null | undefined, filter: number): StudiedFilter[] {
  return layer?.filters.filter((row) => row.filter === filter) ?? [];
}

/** The same about each channel of a filter, a line each, or about the filter when it has one. */
export function byChannel(rows: readonly StudiedFilter[], tell: (row: StudiedFilter) => string): Content {
  return rows.length === 1 ? tell(rows[0]) : rows.map((row) => html`<div>${tell(row)}</div>`);
}
