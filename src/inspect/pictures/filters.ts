import { checkOptions, ShapeError } from '../../errors.js';
import { type Shape, showShape, sizeOf } from '../../shape.js';
import { GRID_OPTIONS, type GridOptions, type PanelRow, panelGrid } from './grid.js';
import type { Panel } from './panel.js';
import type { Picture } from './picture.js';

export interface FilterGridOptions extends GridOptions {
  /** What stands at each filter; '\n' begins a new line. Its number unless given. */
  labels?: readonly string[];
  /** The same filters earlier, to be shown above those of now. */
  before?: ArrayLike<number>;
}

/**
 * Filters as panels, ready for a row of `panelGrid`.
 * @param weights [filters, channels, kernelH, kernelW]
 * @param channel which input channel of each filter to show: 0 unless given
 */
export function filterPanels(weights: ArrayLike<number>, shape: Shape, channel = 0): Panel[] {
  if (shape.length !== 4 || weights.length !== sizeOf(shape) || !(channel >= 0 && channel < shape[1])) {
    throw new ShapeError(
      'filterPanels',
      `expected weights [filters, channels, kernelH, kernelW] with a channel ${channel}, ` +
        `got ${weights.length} numbers of shape ${showShape(shape)}`,
    );
  }
  return Array.from({ length: shape[0] }, (_, filter) => kernelOf(weights, shape, filter, channel, `${filter}`));
}

/**
 * All filters of a convolution on one scale: one panel a filter when it has one input channel, else a row a filter and
 * a column an input channel.
 * @param weights [filters, channels, kernelH, kernelW]
 * @throws ShapeError for weights, labels or earlier weights that do not fit the shape
 */
export function filterGrid(weights: ArrayLike<number>, shape: Shape, options: FilterGridOptions = {}): Picture {
  checkOptions('filterGrid', options, [...GRID_OPTIONS, 'labels', 'before']);
  const { labels, before, ...grid } = options;
  for (const { length } of before ? [weights, before] : [weights]) {
    if (shape.length === 4 && length === sizeOf(shape) && length > 0) continue;
    throw new ShapeError(
      'filterGrid',
      `expected weights [filters, channels, kernelH, kernelW], got ${length} numbers of shape ${showShape(shape)}`,
    );
  }
  const [filters, channels] = shape;
  if (labels && labels.length !== filters) {
    throw new ShapeError('filterGrid', `expected ${filters} labels, one a filter, got ${labels.length}`);
  }
  if (channels > 1) return panelGrid(matrixRows(weights, shape, labels, before), { panelSize: 48, ...grid });
  const now = filterPanels(weights, shape).map((panel, i) => ({ ...panel, label: labels?.[i] ?? panel.label }));
  if (!before) return panelGrid([{ label: '', panels: now }], grid);
  const earlier = filterPanels(before, shape).map((panel) => ({ ...panel, label: '' }));
  const rows = [
    { label: 'before', panels: earlier },
    { label: 'after', panels: now },
  ];
  return panelGrid(rows, grid);
}

/** A row a filter, or two with what it was before; the last row says which channel each column is. */
function matrixRows(
  weights: ArrayLike<number>,
  shape: Shape,
  labels?: readonly string[],
  before?: ArrayLike<number>,
): PanelRow[] {
  const [filters, channels] = shape;
  const kernels = (source: ArrayLike<number>, filter: number, last: boolean) =>
    Array.from({ length: channels }, (_, channel) =>
      kernelOf(source, shape, filter, channel, last ? `in ${channel}` : ''),
    );
  return Array.from({ length: filters }, (_, filter): PanelRow[] => {
    const label = labels?.[filter] ?? `filter ${filter}`;
    const now = kernels(weights, filter, filter === filters - 1);
    if (!before) return [{ label, panels: now }];
    const [name, ...more] = label.split('\n');
    return [
      { label: `${name}\nbefore`, panels: kernels(before, filter, false) },
      { label: ['after', ...more].join('\n'), panels: now },
    ];
  }).flat();
}

/** The weights from one input channel to one filter. */
function kernelOf(weights: ArrayLike<number>, shape: Shape, filter: number, channel: number, label: string): Panel {
  const [, channels, height, width] = shape;
  const first = (filter * channels + channel) * height * width;
  const values = Array.from({ length: height * width }, (_, i) => weights[first + i]);
  return { values, height, width, label };
}
