import type { ReportFigures, ReportSettings } from './figures.js';
import { type Content, html } from './html.js';
import type { Draw, Tile } from './images.js';
import type { StudiedFilter, StudiedLayer } from './study.js';

/** What the sections of the report are made of. */
export interface Subject {
  options: ReportSettings;
  figures: ReportFigures;
  /** The layer's weights, [filters, channels, kernelH, kernelW]. */
  weights: ArrayLike<number>;
  /** Each filter as a picture on its own scale. */
  filters: readonly Tile[];
  /** The held-out image at an index. */
  image: (index: number) => Tile;
  draw: Draw;
  charts: typeof import('../charts/index.js');
  /** The document in which the charts are drawn. */
  page: Document;
}

/** The names of the channels of color images. */
export const CHANNELS = ['red', 'green', 'blue'];

/** The rows of a study about one filter, a row a channel; none without a study. */
export function rowsOf(layer: StudiedLayer | null | undefined, filter: number): StudiedFilter[] {
  return layer?.filters.filter((row) => row.filter === filter) ?? [];
}

/** A text about each channel of a filter, a line each. */
export function byChannel(rows: readonly StudiedFilter[], textOf: (row: StudiedFilter) => string): Content {
  return rows.length === 1 ? textOf(rows[0]) : rows.map((row) => html`<div>${textOf(row)}</div>`);
}
