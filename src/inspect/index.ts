/**
 * What filters look like, what they do, and whether that is more than chance.
 * @module convgrad/inspect
 */

import '../wasm/install.js';

export {
  type Emergence,
  emergence,
  type NullComparison,
  quantile,
  randomLayers,
} from './filters/emergence.js';
export { fitGabor, type GaborFit } from './filters/gabor.js';
export { type HandMadeFilter, handMadeFilters, nearestHandMade } from './filters/handmade.js';
export { type FilterClass, type FilterMetrics, filterMetrics } from './filters/metrics.js';
export { type NullDistribution, type NullKind, type NullOptions, nullDistribution } from './filters/nulls.js';
export { type FilterPattern, filterPatterns } from './filters/pattern.js';
export type { Family, Template } from './filters/templates.js';
export { type Whitening, type WhiteningOptions, zcaWhitening } from './filters/whitening.js';
export { ablate, type Intervention, replaceFilter } from './network/ablation.js';
export { activations } from './network/activations.js';
export { classSeparability, type Separability } from './network/class-separability.js';
export { type DeadFilters, deadFilters } from './network/dead-filters.js';
export { featureMaps } from './network/feature-maps.js';
export { type Maximized, type MaximizeOptions, maximize } from './network/maximize.js';
export { type Occlusion, occlusion } from './network/occlusion.js';
export {
  aboveThresholds,
  type PartAnswer,
  type PartDetection,
  type PartDetector,
  type PartDetectorsOptions,
  type PartScore,
  type PartThreshold,
  partDetectors,
  partThresholds,
} from './network/part-detectors.js';
export type { PartImages, PartMasks } from './network/part-images.js';
export { type Patch, patchOf, type ReceptiveField, receptiveField } from './network/receptive-field.js';
export { type Saliency, type SaliencyOptions, saliency } from './network/saliency.js';
export { type TopActivation, topActivations } from './network/top-activations.js';
export { type Color, diverging, ink } from './pictures/color.js';
export { type FilterGridOptions, filterGrid, filterPanels } from './pictures/filters.js';
export { type GridOptions, type PanelRow, panelGrid } from './pictures/grid.js';
export { type FeatureMapGridOptions, featureMapGrid, overlay } from './pictures/maps.js';
export type { Panel } from './pictures/panel.js';
export { Picture, textWidth } from './pictures/picture.js';
export { FilterTimeline, readTimeline, type Snapshot, type Timeline } from './timeline.js';
export type { Values } from './values.js';
