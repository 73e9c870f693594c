import { ArgumentError, checkNumber, checkOptions, show } from '../../errors.js';
import { drawLegend, LEGEND_HEIGHT, legendOf } from './legend.js';
import { checkPanel, drawPanel, isDiverging, largest, type Panel } from './panel.js';
import { LINE_HEIGHT, Picture, textWidth } from './picture.js';

export interface PanelRow {
  /** What the row shows, at its left; '\n' begins a new line. */
  label: string;
  /** null leaves a place free. */
  panels: readonly (Panel | null)[];
}

export interface GridOptions {
  /** What the picture shows; '\n' begins a new line. */
  title?: string;
  /** What stands above each column, from its left edge on and over the columns of empty ones; '\n' begins a new line. */
  headings?: readonly string[];
  /** Width of the widest panel, in pixels, rounded to whole squares: 84 unless given. */
  panelSize?: number;
  /** What the colors measure, beside the legend: 'weight' unless given. */
  unit?: string;
  /** How many panels stand side by side; a longer row goes on below: 16 unless given. */
  columns?: number;
  /** The magnitude that has the strongest colors, so that several pictures share a scale: the largest unless given. */
  scale?: number;
}

/** The options of `panelGrid`, for those that add their own. */
export const GRID_OPTIONS = ['title', 'headings', 'panelSize', 'unit', 'columns', 'scale'];

const GAP = 10;
/** Between the headings and the panels. */
const HEADING_GAP = 4;
const MARGIN = 16;

/**
 * Rows of panels under one color scale, symmetric around 0, whose ends are the largest finite magnitude of all
 * diverging panels, or `scale`; the legend below states it. What lies beyond has the color of its end, what is no
 * number is green. With a given scale the picture's size does not depend on the values.
 * @throws ShapeError for a panel whose values do not fill it; ArgumentError when there is no panel
 */
export function panelGrid(given: readonly PanelRow[], options: GridOptions = {}): Picture {
  checkOptions('panelGrid', options, GRID_OPTIONS);
  const { headings = [], panelSize = 84, unit = 'weight' } = options;
  const title = linesOf(options.title);
  const most = checkNumber('panelGrid', 'columns', options.columns ?? 16, { least: 1, whole: true });
  const rows = given.flatMap((row) => broken(row, most));
  const panels = rows.flatMap(panelsOf);
  if (panels.length === 0) throw new ArgumentError('panelGrid', 'expected at least one panel');
  for (const panel of panels) checkPanel('panelGrid', panel);
  const colored = panels.filter(isDiverging);
  const scale = options.scale ?? largest(colored);
  if (!(scale > 0 && scale < Infinity)) {
    throw new ArgumentError('panelGrid', `expected scale to be a number above 0, got ${show(scale)}`);
  }
  const squareOf = (panel: Panel) => Math.max(1, Math.round(panelSize / panel.width));
  const panelWidth = Math.max(
    ...panels.map((panel) => Math.max(panel.width * squareOf(panel), ...linesOf(panel.label).map(textWidth))),
  );
  const widest = Math.max(...rows.flatMap((row) => linesOf(row.label)).map(textWidth), 0);
  const labelWidth = widest > 0 ? widest + MARGIN : 0;
  const columns = Math.max(...rows.map((row) => row.panels.length));
  const measured = rows.map((row) => {
    const inside = panelsOf(row);
    const high = Math.max(0, ...inside.map((panel) => panel.height * squareOf(panel)));
    const below = Math.max(0, ...inside.map((panel) => linesOf(panel.label).length * LINE_HEIGHT));
    const height = Math.max(high + below, linesOf(row.label).length * LINE_HEIGHT);
    return { ...row, high, height };
  });

  const headingsTop = MARGIN + (title.length > 0 ? title.length * LINE_HEIGHT + GAP : 0);
  const headingLines = Math.max(0, ...headings.map((heading) => linesOf(heading).length));
  const head = headingsTop + (headingLines > 0 ? headingLines * LINE_HEIGHT + HEADING_GAP : 0);
  const fixed = options.scale !== undefined;
  const legend = colored.length > 0 ? legendOf(scale, unit, { fixed, over: colored.every(({ over }) => over) }) : null;
  const foot = legend ? LEGEND_HEIGHT + GAP : 0;
  const columnAt = (column: number) => labelWidth + column * (panelWidth + GAP);
  const headingEnds = headings.flatMap((heading, i) => linesOf(heading).map((line) => columnAt(i) + textWidth(line)));
  const legendWidth = legend ? labelWidth + legend.width : 0;
  const width = 2 * MARGIN + Math.max(columnAt(columns) - GAP, ...title.map(textWidth), ...headingEnds, legendWidth);
  const content = measured.reduce((sum, row) => sum + row.height + GAP, 0) - GAP;
  const picture = new Picture(width, head + content + foot + MARGIN);
  write(picture, title, MARGIN, MARGIN);
  headings.forEach((heading, i) => {
    const lines = linesOf(heading);
    // The last line stands right above the panels.
    write(picture, lines, MARGIN + columnAt(i), headingsTop + (headingLines - lines.length) * LINE_HEIGHT);
  });

  let top = head;
  for (const { label, panels, high, height } of measured) {
    const lines = linesOf(label);
    const firstLine = top + Math.max(0, Math.round((high - lines.length * LINE_HEIGHT) / 2));
    write(picture, lines, MARGIN, firstLine);
    panels.forEach((panel, i) => {
      if (!panel) return;
      const square = squareOf(panel);
      const center = MARGIN + columnAt(i) + panelWidth / 2;
      drawPanel(picture, panel, Math.round(center - (panel.width * square) / 2), top, square, scale);
      write(picture, linesOf(panel.label), center, top + high + 2, 'center');
    });
    top += height + GAP;
  }
  if (legend) drawLegend(picture, MARGIN + labelWidth, top + GAP - 4, legend);
  return picture;
}

function write(
  picture: Picture,
  lines: readonly string[],
  x: number,
  top: number,
  align: 'left' | 'center' = 'left',
): void {
  lines.forEach((line, i) => {
    picture.text(line, x, top + i * LINE_HEIGHT, { align });
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

function linesOf(label = ''): string[] {
  return label === '' ? [] : label.split('\n');
}
