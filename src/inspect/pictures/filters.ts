import { checkNumber, readOptions } from '../../errors.js';
import type { Shape } from '../../shape.js';
import { checkValues } from '../values.js';
import { GRID, type GridOptions, type PanelRow, panelGrid } from './grid.js';
import { checkLabels, type Panel, planes } from './panel.js';
import type { Picture } from './picture.js';

export interface FilterGridOptions extends GridOptions {
  /** The text at each filter; '\n' begins a new line. @default the filter's number */
  labels?: readonly string[];
  /** Earlier weights of the same filters, to be shown above the others. */
  before?: ArrayLike<number>;
}

/**
 * Filters as panels for a row of `panelGrid`.
 * @param weights [filters, channels, kernelH, kernelW]
 * @param channel which input channel of each filter to show, from 0
 * @throws ShapeError for weights that do not fit the shape; ArgumentError for a channel that is not there
 */
export function filterPanels(weights: ArrayLike<number>, shape: Shape, channel = 0): Panel[] {
  checkWeights('filterPanels', weights, shape);
  const [, channels] = shape;
  checkNumber('filterPanels', 'the channel', channel, { least: 0, most: channels - 1, whole: true });
  const shown = planes(weights, shape).filter((_, i) => i % channels === channel);
  return shown.map((panel, filter) => ({ ...panel, label: `${filter}` }));
}

/**
 * All filters of a convolution on one scale: one panel a filter when it has one input channel, else a row a filter and
 * a column an input channel.
 * @param weights [filters, channels, kernelH, kernelW]
 * @throws ShapeError for weights, labels or earlier weights that do not fit the shape
 */
export function filterGrid(weights: ArrayLike<number>, shape: Shape, options: FilterGridOptions = {}): Picture {
  const [filters, channels] = shape;
  const defaults = { ...GRID, panelSize: channels > 1 ? 48 : GRID.panelSize, labels: undefined, before: undefined };
  const { labels, before, ...grid } = readOptions('filterGrid', options, defaults);
  checkWeights('filterGrid', weights, shape);
  if (before) checkWeights('filterGrid', before, shape);
  checkLabels('filterGrid', labels, filters, 'filter');
  if (channels > 1) return panelGrid(channelRows(weights, shape, labels, before), grid);
  const now = filterPanels(weights, shape).map((panel, i) => ({ ...panel, label: labels?.[i] ?? panel.label }));
  if (!before) return panelGrid([{ label: '', panels: now }], grid);
  const rows = [
    { label: 'before', panels: planes(before, shape) },
    { label: 'after', panels: now },
  ];
  return panelGrid(rows, grid);
}

/** A row a filter, or two with the earlier weights; the panels of the last row have the number of their channel. */
function channelRows(
  weights: ArrayLike<number>,
  shape: Shape,
  labels?: readonly string[],
  before?: ArrayLike<number>,
): PanelRow[] {
  const [filters, channels] = shape;
  const [now, earlier] = [weights, before ?? []].map((values) => planes(values, shape));
  const rows = Array.from({ length: filters }, (_, filter): PanelRow[] => {
    const label = labels?.[filter] ?? `filter ${filter}`;
    const [first, last] = [filter * channels, (filter + 1) * channels];
    if (!before) return [{ label, panels: now.slice(first, last) }];
    const [name, ...more] = label.split('\n');
    return [
      { label: `${name}\nbefore`, panels: earlier.slice(first, last) },
      { label: ['after', ...more].join('\n'), panels: now.slice(first, last) },
    ];
  }).flat();
  now.slice(-channels).forEach((panel, channel) => {
    panel.label = `in ${channel}`;
  });
  return rows;
}

function checkWeights(where: string, weights: ArrayLike<number>, shape: Shape): void {
  checkValues(where, 'weights [filters, channels, kernelH, kernelW]', weights, shape, shape.length === 4);
}
