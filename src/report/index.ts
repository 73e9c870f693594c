/**
 * A page about any model.
 * @module convgrad/report
 */

import '../wasm/install.js';

export type { Ablation, Mistake, ReportFigures, ReportOptions } from './figures.js';
export { pText } from './numbers.js';
export { report } from './report.js';
export { type FilterStudy, type StudiedFilter, type StudiedLayer, studyFilters, type TimelinePoint } from './study.js';
export { angleText, studyText } from './study-text.js';
