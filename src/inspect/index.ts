export { type Colour, diverging, ink } from './colour.js';
export { filterPanels, type GridOptions, type Panel, type PanelRow, panelGrid } from './grid.js';
export { Picture, stack, textWidth } from './picture.js';
