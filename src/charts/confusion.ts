import { axisX, axisY, cell, text } from '@observablehq/plot';
import { ArgumentError, checkNumber, readOptions, ShapeError, show } from '../errors.js';
import { FONT_SIZE, headHeight, type LegendItem, textWidth } from './head.js';
import { CHART, type ChartOptions, checkChart } from './options.js';
import { DARK, draw } from './svg.js';

export interface ConfusionOptions extends ChartOptions {
  /** Names of the classes, all different. @default their numbers */
  classes?: readonly string[];
}

const RIGHT_ANSWER = '#E4E4E4';
/** The colors of one error and of the most frequent one. */
const FEWEST = [253, 232, 217];
const MOST = [224, 108, 30];

/**
 * A confusion matrix as the text of an SVG file: the counts, and colors for the errors alone, since there are far more
 * right answers.
 * @param matrix how many examples of class i (row) were taken for class j (column), as `evaluate` counts them
 * @throws ShapeError for a matrix that is not square, or not as large as the number of classes; ArgumentError for a count
 * below 0, or classes of one name
 */
export function confusion(matrix: readonly ArrayLike<number>[], options: ConfusionOptions = {}): string {
  const given = readOptions('confusion', options, { ...CHART, height: 560, classes: undefined });
  const chart = checkChart('confusion', given);
  const { classes = Array.from(matrix, (_, i) => `${i}`) } = given;
  if (matrix.length === 0) throw new ArgumentError('confusion', 'expected at least one class');
  if (classes.length !== matrix.length) {
    throw new ShapeError('confusion', `expected ${matrix.length} classes, one a row, got ${classes.length}`);
  }
  if (new Set(classes).size < classes.length) {
    throw new ArgumentError('confusion', `expected classes of different names, got ${show([...classes])}`);
  }
  const counts = matrix.map((row, i) => {
    for (const count of Array.from(row)) checkNumber('confusion', 'a count', count, { least: 0 });
    if (row.length === matrix.length) return Array.from(row);
    throw new ShapeError('confusion', `expected ${matrix.length} counts in row ${i}, got ${row.length}`);
  });
  const errors = counts.flatMap((row, i) => row.filter((count, j) => i !== j && count > 0));
  const [fewest, most] = [Math.min(...errors), Math.max(...errors)];
  const colorOf = (count: number) => mixed(most > fewest ? (count - fewest) / (most - fewest) : 0);
  const cells = counts.flatMap((row, i) =>
    row.map((count, j) => ({
      row: classes[i],
      column: classes[j],
      count: count.toLocaleString('en'),
      color: i === j ? RIGHT_ANSWER : count > 0 ? colorOf(count) : '#FFFFFF',
      ink: count > 0 ? DARK : '#BBBBBB',
    })),
  );
  const legend: LegendItem[] = [{ name: 'right', color: RIGHT_ANSWER, sign: 'box' }];
  for (const count of new Set(errors.length > 0 ? [fewest, most] : [])) {
    const name = `${count.toLocaleString('en')} ${count === 1 ? 'error' : 'errors'}`;
    legend.push({ name, color: colorOf(count), sign: 'box' });
  }

  const head = { ...chart, legend };
  const marginTop = headHeight(head) + 8;
  const nameWidth = Math.max(...classes.map((name) => textWidth(name)));
  const [marginLeft, marginRight] = [nameWidth + 42, 16];
  const across = (chart.width - marginLeft - marginRight) / matrix.length;
  const fitting = (across - 2) / Math.max(...classes.map((name) => textWidth(name, 1)));
  const slanted = fitting < 8;
  const marginBottom = slanted ? 0.7 * nameWidth + 48 : 48;
  const margins = { marginTop, marginRight, marginBottom, marginLeft };
  const down = (chart.height - marginTop - marginBottom) / matrix.length;
  const longest = Math.max(...cells.map(({ count }) => textWidth(count, 1)));
  const fontSize = Math.min(13, 0.8 * down, (across - 2) / longest);
  const place = { x: 'column', y: 'row' } as const;
  const axis = { labelAnchor: 'center', labelArrow: 'none', tickSize: 0 } as const;
  const tickFont = Math.min(FONT_SIZE, slanted ? across : fitting);
  return draw('confusion matrix', head, {
    ...margins,
    marks: [
      axisX({ ...axis, label: null, tickRotate: slanted ? -45 : 0, fontSize: tickFont }),
      axisY({ ...axis, label: null, fontSize: Math.min(FONT_SIZE, down) }),
      axisX({ ...axis, label: 'predicted class', ticks: [], labelOffset: marginBottom - 8 }),
      axisY({ ...axis, label: 'true class', ticks: [], labelOffset: marginLeft - 8 }),
      cell(cells, { ...place, fill: 'color', stroke: '#CCCCCC' }),
      fontSize >= 6 ? text(cells, { ...place, text: 'count', fill: 'ink', fontSize }) : null,
    ],
    x: { domain: classes, padding: 0 },
    y: { domain: classes, padding: 0 },
    color: { type: 'identity' },
  });
}

/** A color between those of the rarest error, for 0, and the most frequent, for 1. */
function mixed(share: number): string {
  return `rgb(${FEWEST.map((from, i) => Math.round(from + share * (MOST[i] - from))).join(',')})`;
}
