import { readOptions } from '../../errors.js';
import type { Shape } from '../../shape.js';
import { checkValues } from '../values.js';
import { GRID, type GridOptions, panelGrid } from './grid.js';
import { checkLabels, type Panel, planes } from './panel.js';
import type { Picture } from './picture.js';

export interface FeatureMapGridOptions extends GridOptions {
  /** The text below each map; '\n' begins a new line. @default the channel's number */
  labels?: readonly string[];
  /** The input of the layer, 0 (white) to 1 (black), to be shown at the left. */
  image?: Panel;
}

/**
 * The feature maps of one image as a picture: a panel a channel, all on one scale.
 * @param values [channels, height, width]
 * @param options those of `panelGrid`, with 8 columns and the unit 'activation' by default
 * @throws ShapeError for values or labels that do not fit the shape
 */
export function featureMapGrid(values: ArrayLike<number>, shape: Shape, options: FeatureMapGridOptions = {}): Picture {
  const defaults = { ...GRID, columns: 8, unit: 'activation', labels: undefined, image: undefined };
  const { labels, image, columns, ...grid } = readOptions('featureMapGrid', options, defaults);
  checkValues('featureMapGrid', 'values [channels, height, width]', values, shape, shape.length === 3);
  checkLabels('featureMapGrid', labels, shape[0], 'channel');
  const maps = planes(values, shape).map((panel, i): Panel => ({ ...panel, label: labels?.[i] ?? `${i}` }));
  if (!image) return panelGrid([{ label: '', panels: maps }], { columns, ...grid });
  const first: Panel = { label: 'input', ...image, colors: 'ink' };
  // Below the image a place stays free, so that the maps stand in columns of their own.
  const rows = Array.from({ length: Math.ceil(maps.length / columns) }, (_, row) => ({
    label: '',
    panels: [row === 0 ? first : null, ...maps.slice(row * columns, (row + 1) * columns)],
  }));
  return panelGrid(rows, { columns: columns + 1, ...grid });
}

/**
 * An image, and beside it a map over the image, such as its saliency; where the map is near 0 the image shows through.
 * @param image [height, width], 0 (white) to 1 (black)
 * @param shape of both, [height, width]
 * @param map [height, width]
 * @param options those of `panelGrid`, with a panelSize of 224 and the unit 'saliency' by default
 * @throws ShapeError for an image or a map that does not fit the shape
 */
export function overlay(
  image: ArrayLike<number>,
  shape: Shape,
  map: ArrayLike<number>,
  options: GridOptions = {},
): Picture {
  const grid = readOptions('overlay', options, { ...GRID, panelSize: 224, unit: 'saliency' });
  checkValues('overlay', 'an image [height, width]', image, shape, shape.length === 2);
  checkValues('overlay', 'a map [height, width]', map, shape, shape.length === 2);
  const [height, width] = shape;
  const panels: Panel[] = [
    { values: image, height, width, colors: 'ink' },
    { values: map, height, width, over: image },
  ];
  return panelGrid([{ label: '', panels }], grid);
}
