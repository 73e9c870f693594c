import { ArgumentError, checkNumber, readOptions, show } from '../../errors.js';
import { drawLegend, LEGEND_HEIGHT, legendOf } from './legend.js';
import { checkPanel, drawPanel, isScaled, largest, type Panel } from './panel.js';
import { Picture, textHeight, textWidth } from './picture.js';

/** A row of panels in a grid, with its label. */
export interface PanelRow {
  /** The text at its left; '\n' begins a new line. */
  label: string;
  /** null leaves a gap. */
  panels: readonly (Panel | null)[];
}

/** Options of `panelGrid`. */
export interface GridOptions {
  /** The text at the top; '\n' begins a new line. @default none */
  title?: string;
  /**
   * The text above each column, which may reach over columns with empty headings; '\n' begins a new line.
   * @default []
   */
  headings?: readonly string[];
  /** Width of the widest panel, in pixels, rounded to whole squares. @default 84 */
  panelSize?: number;
  /** What the colors measure, for the legend. @default 'weight' */
  unit?: string;
  /** Panels in a line, at least 1; a longer row continues below. @default 16 */
  columns?: number;
  /**
   * The magnitude that has the strongest colors, above 0, so that several pictures share a scale.
   * @default the largest magnitude of all values
   */
  scale?: number;
}

/** The defaults of `panelGrid`, for functions that add options of their own. */
export const GRID = { title: '', headings: [], panelSize: 84, unit: 'weight', columns: 16, scale: undefined };

const GAP = 10;
/** Between the headings and the panels. */
const HEADING_GAP = 4;
const MARGIN = 16;

/**
 * Rows of panels under one color scale, symmetric around 0. The legend below states the scale's ends: the largest finite
 * magnitude of all diverging and 'rgb' panels, or `scale`. Values beyond have the color of the end, NaN is green. With a given scale
 * the picture's size does not depend on the values.
 * @throws ShapeError for a panel whose values do not fill it; ArgumentError when there is no panel
 */
export function panelGrid(given: readonly PanelRow[], options: GridOptions = {}): Picture {
  const { title, headings, panelSize, unit, ...rest } = readOptions('panelGrid', options, GRID);
  const most = checkNumber('panelGrid', 'columns', rest.columns, { least: 1, whole: true });
  const rows = given.flatMap((row) => wrapped(row, most));
  const panels = rows.flatMap(panelsOf);
  if (panels.length === 0) throw new ArgumentError('panelGrid', 'expected at least one panel');
  for (const panel of panels) checkPanel('panelGrid', panel);
  const scaled = panels.filter(isScaled);
  const { scale = largest(scaled) } = rest;
  if (!(scale > 0 && scale < Infinity)) {
    throw new ArgumentError('panelGrid', `expected scale to be a number above 0, got ${show(scale)}`);
  }
  const squareOf = (panel: Panel) => Math.max(1, Math.round(panelSize / panel.width));
  const panelWidth = Math.max(
    ...panels.map((panel) => Math.max(panel.width * squareOf(panel), textWidth(panel.label ?? ''))),
  );
  const widestLabel = Math.max(...rows.map(({ label }) => textWidth(label)));
  const labelWidth = widestLabel > 0 ? widestLabel + MARGIN : 0;
  const columns = Math.max(...rows.map((row) => row.panels.length));
  const measured = rows.map((row) => {
    const panelHeight = Math.max(0, ...panelsOf(row).map((panel) => panel.height * squareOf(panel)));
    const below = Math.max(0, ...panelsOf(row).map(({ label = '' }) => textHeight(label)));
    return { ...row, panelHeight, height: Math.max(panelHeight + below, textHeight(row.label)) };
  });

  const headingsTop = MARGIN + (title === '' ? 0 : textHeight(title) + GAP);
  const headingHeight = Math.max(0, ...headings.map(textHeight));
  const head = headingsTop + (headingHeight > 0 ? headingHeight + HEADING_GAP : 0);
  const fixed = rest.scale !== undefined;
  const legend = scaled.length > 0 ? legendOf(scale, unit, fixed, scaled) : null;
  const foot = legend ? LEGEND_HEIGHT + GAP : 0;
  const columnAt = (column: number) => labelWidth + column * (panelWidth + GAP);
  const headingEnds = headings.map((heading, i) => columnAt(i) + textWidth(heading));
  const legendWidth = legend ? labelWidth + legend.width : 0;
  const width = 2 * MARGIN + Math.max(columnAt(columns) - GAP, textWidth(title), ...headingEnds, legendWidth);
  const content = measured.reduce((sum, row) => sum + row.height + GAP, 0) - GAP;
  const picture = new Picture(width, head + content + foot + MARGIN);
  picture.text(title, MARGIN, MARGIN);
  headings.forEach((heading, i) => {
    // The last line is right above the panels.
    picture.text(heading, MARGIN + columnAt(i), headingsTop + headingHeight - textHeight(heading));
  });

  let top = head;
  for (const { label, panels, panelHeight, height } of measured) {
    picture.text(label, MARGIN, top + Math.max(0, Math.round((panelHeight - textHeight(label)) / 2)));
    panels.forEach((panel, i) => {
      if (!panel) return;
      const square = squareOf(panel);
      const center = MARGIN + columnAt(i) + panelWidth / 2;
      drawPanel(picture, panel, Math.round(center - (panel.width * square) / 2), top, square, scale);
      picture.text(panel.label ?? '', center, top + panelHeight + 2, { align: 'center' });
    });
    top += height + GAP;
  }
  if (legend) drawLegend(picture, MARGIN + labelWidth, top + GAP - 4, legend);
  return picture;
}

/** A row as rows of at most `columns` panels, the first of them with the label. */
function wrapped({ label, panels }: PanelRow, columns: number): PanelRow[] {
  const rows: PanelRow[] = [{ label, panels: panels.slice(0, columns) }];
  for (let i = columns; i < panels.length; i += columns) rows.push({ label: '', panels: panels.slice(i, i + columns) });
  return rows;
}

function panelsOf(row: PanelRow): Panel[] {
  return row.panels.filter((panel) => panel !== null);
}
