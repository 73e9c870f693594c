export { type Colour, diverging, ink } from './pictures/colour.js';
export { type FilterGridOptions, filterGrid, filterPanels } from './pictures/filters.js';
export { type GridOptions, type PanelRow, panelGrid } from './pictures/grid.js';
export { type FeatureMapGridOptions, featureMapGrid, overlay } from './pictures/maps.js';
export type { Panel } from './pictures/panel.js';
export { Picture, textWidth } from './pictures/picture.js';
