export { type Colour, diverging, ink } from './colour.js';
export { filterPanels, type GridOptions, type Panel, type PanelRow, panelGrid } from './grid.js';
export { Picture, textWidth } from './picture.js';
