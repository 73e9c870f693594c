export { type Colour, diverging, ink } from './pictures/colour.js';
export { filterPanels, type GridOptions, type Panel, type PanelRow, panelGrid } from './pictures/grid.js';
export { Picture, textWidth } from './pictures/picture.js';
