import { ArgumentError, checkNumber, checkOptions, ShapeError } from '../../errors.js';
import { type Shape, showShape, sizeOf } from '../../shape.js';
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
  /** How many panels stand side by side; a longer row goes on below: 16 unless given. */
  columns?: number;
}

const GAP = 10;
const MARGIN = 16;
const DARK: Colour = [40, 40, 40];

/**
 * Rows of panels under one colour scale, symmetric around 0, whose ends are the largest finite magnitude of all
 * diverging panels; the legend below states it. What is infinite has the colour of its end, what is no number is green.
 */
export function panelGrid(given: readonly PanelRow[], options: GridOptions = {}): Picture {
  checkOptions('panelGrid', options, ['title', 'panelSize', 'unit', 'columns']);
  const { title, panelSize = 84, unit = 'weight' } = options;
  const most = checkNumber('panelGrid', 'columns', options.columns ?? 16, { least: 1, whole: true });
  const rows = given.flatMap((row) => broken(row, most));
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
  const legend = panels.some(isDiverging) ? legendOf(scale, unit) : null;
  const foot = legend ? 2 * LINE_HEIGHT + GAP : 0;
  const contentWidth = labelWidth + columns * (panelWidth + GAP) - GAP;
  const legendWidth = legend ? labelWidth + legend.width : 0;
  const width = 2 * MARGIN + Math.max(contentWidth, textWidth(title ?? ''), legendWidth);
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
  if (legend) drawLegend(picture, MARGIN + labelWidth, top + GAP - 4, legend);
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

/** A row as rows of at most so many panels, the first of them with the label. */
function broken({ label, panels }: PanelRow, columns: number): PanelRow[] {
  const rows: PanelRow[] = [{ label, panels: panels.slice(0, columns) }];
  for (let i = columns; i < panels.length; i += columns) rows.push({ label: '', panels: panels.slice(i, i + columns) });
  return rows;
}

function panelsOf(row: PanelRow): Panel[] {
  return row.panels.filter((panel) => panel !== null);
}

function isDiverging(panel: Panel): boolean {
  return panel.colours !== 'ink';
}

/** The largest finite magnitude in the panels; 1 when there is none but 0. */
function largest(panels: readonly Panel[]): number {
  let scale = 0;
  for (const { values } of panels) {
    for (let i = 0; i < values.length; i++) {
      const magnitude = Math.abs(values[i]);
      if (magnitude > scale && magnitude < Infinity) scale = magnitude;
    }
  }
  return scale > 0 ? scale : 1;
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

/** Width of the bar of all colours, odd: 0 has a pixel of its own. */
const BAR = 201;
/** Between the bar and what stands beside it. */
const SPACE = 6;

interface Legend {
  low: string;
  high: string;
  width: number;
}

function legendOf(scale: number, unit: string): Legend {
  const low = `−${short(scale)}`;
  const high = `+${short(scale)}   ${unit}; one scale for all`;
  return { low, high, width: textWidth(low) + SPACE + BAR + SPACE + textWidth(high) };
}

/** A bar of all colours with the values at its ends and below its middle. */
function drawLegend(picture: Picture, x: number, y: number, { low, high }: Legend): void {
  const left = x + textWidth(low) + SPACE;
  const middle = left + (BAR - 1) / 2;
  picture.text(low, x, y);
  picture.rectangle(left - 1, y + 2, BAR + 2, 14, [170, 170, 170]);
  for (let i = 0; i < BAR; i++) picture.rectangle(left + i, y + 3, 1, 12, diverging((2 * i) / (BAR - 1) - 1));
  picture.rectangle(middle, y + 3, 1, 15, DARK);
  picture.text('0', middle + 0.5, y + LINE_HEIGHT, { align: 'center' });
  picture.text(high, left + BAR + SPACE, y);
}

/** A number in a few characters. */
function short(value: number): string {
  return String(Number(value.toPrecision(2))).replace('-', '−');
}
