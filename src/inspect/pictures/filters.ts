import { checkNumber, readOptions } from '../../errors.js';
import type { Shape } from '../../shape.js';
import { checkValues, norm, partsOf } from '../values.js';
import { GRID, type GridOptions, type PanelRow, panelGrid } from './grid.js';
import { checkLabels, type Panel, planes } from './panel.js';
import type { Picture } from './picture.js';

/** Options of `filterGrid`. */
export interface FilterGridOptions extends GridOptions {
  /** The text at each filter; '\n' begins a new line. @default the filter's number */
  labels?: readonly string[];
  /**
   * 'all': a row a filter and a column an input channel; a number: that input channel, from 0.
   * @default three channels in color, else the strongest of each filter
   */
  channels?: 'all' | number;
  /** Earlier weights of the same filters, to be shown above the others. */
  before?: ArrayLike<number>;
}

/**
 * Filters as panels for a row of `panelGrid`: of three channels in color, of another number by the strongest channel, which the
 * label names.
 * @param weights [filters, channels, kernelH, kernelW]
 * @param channel which input channel of each filter to show, from 0
 * @throws ShapeError for weights that do not fit the shape; ArgumentError for a channel that is not there
 */
export function filterPanels(weights: ArrayLike<number>, shape: Shape, channel?: number): Panel[] {
  checkWeights('filterPanels', weights, shape);
  checkChannel('filterPanels', channel, shape);
  const shown = channelsOf(weights, shape, channel);
  const panels = panelsOf(weights, shape, shown);
  return labeled(panels, shown && channel === undefined ? shown : null, shape);
}

/**
 * All filters of a convolution on one scale, a panel each: of three channels in color, of another number by the strongest
 * channel, which the label names.
 * @param weights [filters, channels, kernelH, kernelW]
 * @throws ShapeError for weights, labels or earlier weights that do not fit the shape; ArgumentError for a channel that is not
 * there
 */
export function filterGrid(weights: ArrayLike<number>, shape: Shape, options: FilterGridOptions = {}): Picture {
  const [filters, channels] = shape;
  const own = { labels: undefined, before: undefined, channels: undefined };
  const all = options.channels === 'all' && channels > 1;
  const defaults = { ...GRID, panelSize: all ? 48 : GRID.panelSize, ...own };
  const { labels, before, channels: asked, ...grid } = readOptions('filterGrid', options, defaults);
  checkWeights('filterGrid', weights, shape);
  if (before) checkWeights('filterGrid', before, shape);
  checkLabels('filterGrid', labels, filters, 'filter');
  if (asked !== 'all') checkChannel('filterGrid', asked, shape);
  if (all) return panelGrid(channelRows(weights, shape, labels, before), grid);
  const shown = channelsOf(weights, shape, asked === 'all' ? undefined : asked);
  const strongest = asked === undefined && shown !== null && channels > 1;
  const now = labeled(panelsOf(weights, shape, shown), strongest ? shown : null, shape, labels);
  const unit = strongest ? `${grid.unit}, of the strongest of ${channels} channels` : grid.unit;
  if (!before) return panelGrid([{ label: '', panels: now }], { ...grid, unit });
  const rows = [
    { label: 'before', panels: panelsOf(before, shape, shown) },
    { label: 'after', panels: now },
  ];
  return panelGrid(rows, { ...grid, unit });
}

/** Which channel of each filter is shown: the given one, or the strongest; null for all three in color. */
function channelsOf(weights: ArrayLike<number>, shape: Shape, channel?: number): number[] | null {
  const [filters, channels] = shape;
  if (channel === undefined && channels === 3) return null;
  if (channel !== undefined) return new Array(filters).fill(channel);
  const norms = partsOf(weights, shape[2] * shape[3]).map(norm);
  return Array.from({ length: filters }, (_, filter) => {
    const own = norms.slice(filter * channels, (filter + 1) * channels);
    return own.reduce((best, each, i) => (each > own[best] ? i : best), 0);
  });
}

/** A panel a filter, of these channels or in color. */
function panelsOf(weights: ArrayLike<number>, shape: Shape, shown: readonly number[] | null): Panel[] {
  const [, channels, height, width] = shape;
  return partsOf(weights, channels * height * width).map((filter, i): Panel => {
    if (!shown) return { values: filter, height, width, colors: 'rgb' };
    return { values: partsOf(filter, height * width)[shown[i]], height, width };
  });
}

/** The panels with the filters' numbers or labels, and below with the channel that was chosen for each. */
function labeled(
  panels: readonly Panel[],
  chosen: readonly number[] | null,
  [, channels]: Shape,
  labels?: readonly string[],
): Panel[] {
  return panels.map((panel, i) => {
    const label = labels?.[i] ?? `${i}`;
    return { ...panel, label: chosen && channels > 1 ? `${label}\nin ${chosen[i]}` : label };
  });
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

function checkChannel(where: string, channel: number | undefined, [, channels]: Shape): void {
  if (channel === undefined) return;
  checkNumber(where, 'the channel', channel, { least: 0, most: channels - 1, whole: true });
}
