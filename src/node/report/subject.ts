import type { ReportFigures, ReportOptions } from './figures.js';
import type { Images } from './images.js';

/** What every section of the report is about. */
export interface Subject {
  options: ReportOptions;
  figures: ReportFigures;
  images: Images;
  /** The layer's filters, [filters, 1, k, k]. */
  weights: ArrayLike<number>;
  charts: typeof import('../../charts/index.js');
  /** In which the charts are drawn. */
  page: Document;
}
