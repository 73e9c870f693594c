import { readOptions } from '../../errors.js';
import type { Shape } from '../../shape.js';
import { checkValues } from '../values.js';
import { GRID, type GridOptions, panelGrid } from './grid.js';
import { checkLabels, type Panel, planes } from './panel.js';
import type { Picture } from './picture.js';

/** Options of `featureMapGrid`. */
export interface FeatureMapGridOptions extends GridOptions {
  /** The text below each map; '\n' begins a new line. @default the channel's number */
  labels?: readonly string[];
  /** The input of the layer, to be shown at the left: 0 (white) to 1 (black), or of three channels in color. */
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
  const inColor = image.values.length === 3 * image.height * image.width;
  const first: Panel = { label: 'input', ...image, colors: inColor ? 'image' : 'ink' };
  // Below the image a place stays free, so that the maps stand in columns of their own.
  const rows = Array.from({ length: Math.ceil(maps.length / columns) }, (_, row) => ({
    label: '',
    panels: [row === 0 ? first : null, ...maps.slice(row * columns, (row + 1) * columns)],
  }));
  return panelGrid(rows, { columns: columns + 1, ...grid });
}

/**
 * An image, and beside it a map over the image, such as its saliency; where the map is near 0 the image shows through.
 * @param image [height, width] or [1, height, width], 0 (white) to 1 (black); or in color [3, height, width], 0 to 1
 * @param shape of the image
 * @param map [height, width]; or of the image's shape, such as what `saliency` gives: of the channels of a pixel the value
 * counts that is largest in magnitude (Simonyan, Vedaldi and Zisserman 2013)
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
  const isColor = shape.length === 3 && shape[0] === 3;
  const fits = shape.length === 2 || isColor || (shape.length === 3 && shape[0] === 1);
  checkValues('overlay', 'an image [height, width] or [3, height, width]', image, shape, fits);
  const [height, width] = shape.slice(-2);
  if (!isColor || map.length !== image.length) {
    checkValues('overlay', 'a map [height, width]', map, shape.slice(-2), true);
  }
  const strongest = Array.from({ length: height * width }, (_, i) => {
    let value = map[i];
    for (let at = i; at < map.length; at += height * width) if (Math.abs(map[at]) > Math.abs(value)) value = map[at];
    return value;
  });
  const panels: Panel[] = [
    { values: image, height, width, colors: isColor ? 'image' : 'ink' },
    { values: strongest, height, width, over: image },
  ];
  return panelGrid([{ label: '', panels }], grid);
}
