import { ArgumentError, checkOptions, ShapeError } from '../errors.js';
import { type Shape, showShape, sizeOf } from '../shape.js';
import { type Colour, diverging, ink } from './colour.js';
import { LINE_HEIGHT, Picture, textWidth } from './picture.js';

/** Numbers as a small picture, one square a number. */
export interface Panel {
  /** [height, width], row-major. */
  values: ArrayLike<number>;
  height: number;
  width: number;
  label?: string;
  /** 'diverging' (blue, white, red around 0, on the grid's scale) unless given; 'ink' shows 0 to 1 as white to black. */
  colours?: 'diverging' | 'ink';
  /** Writes each number into its square. */
  numbers?: boolean;
}

export interface PanelRow {
  /** What the row shows, in lines, at its left. */
  label: string;
  /** null leaves a place free. */
  panels: readonly (Panel | null)[];
}

export interface GridOptions {
  title?: string;
  /** Width of the widest panel, in pixels, rounded to whole squares: 84 unless given. */
  panelSize?: number;
  /** What the colours measure, beside the legend: 'weight' unless given. */
  unit?: string;
}

const GAP = 10;
const MARGIN = 16;
const DARK: Colour = [40, 40, 40];

/**
 * Rows of panels under one colour scale, symmetric around 0, whose ends are the largest magnitude of all diverging
 * panels; the legend below states it.
 */
export function panelGrid(rows: readonly PanelRow[], options: GridOptions = {}): Picture {
  checkOptions('panelGrid', options, ['title', 'panelSize', 'unit']);
  const { title, panelSize = 84, unit = 'weight' } = options;
  const panels = rows.flatMap(panelsOf);
  if (panels.length === 0) throw new ArgumentError('panelGrid', 'expected at least one panel');
  for (const { values, height, width } of panels) {
    if (values.length !== height * width || values.length === 0) {
      throw new ShapeError('panelGrid', `expected ${height} * ${width} values in a panel, got ${values.length}`);
    }
  }
  const scale = largest(panels.filter(isDiverging));
  const squareOf = (panel: Panel) => Math.max(1, Math.round(panelSize / panel.width));
  const panelWidth = Math.max(
    ...panels.map((panel) => Math.max(panel.width * squareOf(panel), textWidth(panel.label ?? ''))),
  );
  const labels = rows.map((row) => row.label.split('\n'));
  const labelWidth = Math.max(...labels.flat().map(textWidth)) + MARGIN;
  const columns = Math.max(...rows.map((row) => row.panels.length));
  const rowHeight = (row: PanelRow) =>
    Math.max(0, ...panelsOf(row).map((panel) => panel.height * squareOf(panel))) + LINE_HEIGHT + GAP;

  const head = MARGIN + (title ? LINE_HEIGHT + GAP : 0);
  const foot = panels.some(isDiverging) ? LINE_HEIGHT + GAP : 0;
  const contentWidth = labelWidth + columns * (panelWidth + GAP) - GAP;
  const width = 2 * MARGIN + Math.max(contentWidth, textWidth(title ?? ''), foot ? 2 * LEGEND : 0);
  const picture = new Picture(width, head + rows.reduce((sum, row) => sum + rowHeight(row), 0) + foot + MARGIN - GAP);
  if (title) picture.text(title, MARGIN, MARGIN);

  let top = head;
  rows.forEach((row, r) => {
    const high = rowHeight(row) - LINE_HEIGHT - GAP;
    const firstLine = top + Math.round((high - labels[r].length * LINE_HEIGHT) / 2);
    labels[r].forEach((line, i) => {
      picture.text(line, MARGIN, firstLine + i * LINE_HEIGHT);
    });
    row.panels.forEach((panel, i) => {
      if (!panel) return;
      const square = squareOf(panel);
      const centre = MARGIN + labelWidth + i * (panelWidth + GAP) + panelWidth / 2;
      drawPanel(picture, panel, Math.round(centre - (panel.width * square) / 2), top, square, scale);
      if (panel.label) picture.text(panel.label, centre, top + high + 2, { align: 'center' });
    });
    top += rowHeight(row);
  });
  if (foot) drawLegend(picture, MARGIN + labelWidth, top + GAP - 4, scale, unit);
  return picture;
}

/**
 * Filters as panels, ready for a row of `panelGrid`.
 * @param weights [filters, channels, kernelH, kernelW]
 * @param channel which input channel of each filter to show: 0 unless given
 */
export function filterPanels(weights: ArrayLike<number>, shape: Shape, channel = 0): Panel[] {
  const [filters, channels, height, width] = shape;
  if (shape.length !== 4 || weights.length !== sizeOf(shape) || !(channel >= 0 && channel < channels)) {
    throw new ShapeError(
      'filterPanels',
      `expected weights [filters, channels, kernelH, kernelW] with a channel ${channel}, ` +
        `got ${weights.length} numbers of shape ${showShape(shape)}`,
    );
  }
  return Array.from({ length: filters }, (_, filter) => {
    const first = (filter * channels + channel) * height * width;
    const values = Array.from({ length: height * width }, (_, i) => weights[first + i]);
    return { values, height, width, label: `${filter}` };
  });
}

function panelsOf(row: PanelRow): Panel[] {
  return row.panels.filter((panel) => panel !== null);
}

function isDiverging(panel: Panel): boolean {
  return panel.colours !== 'ink';
}

/** The largest magnitude in the panels; 1 when all are zero, or not numbers. */
function largest(panels: readonly Panel[]): number {
  let scale = 0;
  for (const { values } of panels) {
    for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > scale) scale = Math.abs(values[i]);
  }
  return scale > 0 && scale < Infinity ? scale : 1;
}

function drawPanel(picture: Picture, panel: Panel, left: number, top: number, square: number, scale: number): void {
  const { values, width, height } = panel;
  picture.rectangle(left - 1, top - 1, width * square + 2, height * square + 2, [170, 170, 170]);
  for (let i = 0; i < values.length; i++) {
    const x = left + (i % width) * square;
    const y = top + Math.floor(i / width) * square;
    const colour = isDiverging(panel) ? diverging(values[i] / scale) : ink(values[i]);
    picture.rectangle(x, y, square, square, colour);
    if (!panel.numbers) continue;
    const dark = 0.3 * colour[0] + 0.6 * colour[1] + 0.1 * colour[2] < 130;
    picture.text(short(values[i]), x + square / 2, y + Math.round((square - LINE_HEIGHT) / 2), {
      align: 'center',
      colour: dark ? [255, 255, 255] : DARK,
    });
  }
}

const LEGEND = 200;

/** A bar of all colours with the values at its ends and in its middle. */
function drawLegend(picture: Picture, x: number, y: number, scale: number, unit: string): void {
  const low = `−${short(scale)}`;
  const left = x + textWidth(low) + 6;
  picture.text(low, x, y);
  picture.rectangle(left - 1, y + 2, LEGEND + 2, 14, [170, 170, 170]);
  for (let i = 0; i < LEGEND; i++) picture.rectangle(left + i, y + 3, 1, 12, diverging((2 * i) / (LEGEND - 1) - 1));
  picture.rectangle(left + LEGEND / 2, y + 3, 1, 12, DARK);
  picture.text(`+${short(scale)}   ${unit}; white is 0, one scale for all`, left + LEGEND + 6, y);
}

/** A number in a few characters. */
function short(value: number): string {
  return String(Number(value.toPrecision(2))).replace('-', '−');
}
