import { checkOptions, ShapeError } from '../../errors.js';
import { type Shape, showShape, sizeOf } from '../../shape.js';
import { GRID_OPTIONS, type GridOptions, panelGrid } from './grid.js';
import type { Panel } from './panel.js';
import type { Picture } from './picture.js';

export interface FeatureMapGridOptions extends GridOptions {
  /** What stands below each map; '\n' begins a new line. Its number unless given. */
  labels?: readonly string[];
  /** What the layer saw, 0 (paper) to 1 (ink), to be shown at the left. */
  image?: Panel;
}

/**
 * What a layer makes of one image: a panel a channel, all on one scale, so that a strong map looks strong beside a weak
 * one.
 * @param values [channels, height, width]
 * @throws ShapeError for values or labels that do not fit the shape
 */
export function featureMapGrid(values: ArrayLike<number>, shape: Shape, options: FeatureMapGridOptions = {}): Picture {
  checkOptions('featureMapGrid', options, [...GRID_OPTIONS, 'labels', 'image']);
  const { labels, image, columns = 8, unit = 'activation', ...grid } = options;
  if (shape.length !== 3 || values.length !== sizeOf(shape) || values.length === 0) {
    throw new ShapeError(
      'featureMapGrid',
      `expected values [channels, height, width], got ${values.length} numbers of shape ${showShape(shape)}`,
    );
  }
  const [channels, height, width] = shape;
  if (labels && labels.length !== channels) {
    throw new ShapeError('featureMapGrid', `expected ${channels} labels, one a channel, got ${labels.length}`);
  }
  const size = height * width;
  const maps = Array.from({ length: channels }, (_, channel): Panel => {
    const map = Array.from({ length: size }, (_, i) => values[channel * size + i]);
    return { values: map, height, width, label: labels?.[channel] ?? `${channel}` };
  });
  if (!image) return panelGrid([{ label: '', panels: maps }], { columns, unit, ...grid });
  const first: Panel = { label: 'input', ...image, colors: 'ink' };
  // Below the image a place stays free, so that the maps stand in columns of their own.
  const rows = Array.from({ length: Math.ceil(channels / columns) }, (_, row) => ({
    label: '',
    panels: [row === 0 ? first : null, ...maps.slice(row * columns, (row + 1) * columns)],
  }));
  return panelGrid(rows, { columns: columns + 1, unit, ...grid });
}

/**
 * A map of numbers over the image that they belong to, such as the gradient of a logit or the effect of occluding a
 * place, beside the image itself. A number near 0 lets the image through.
 * @param image [height, width], 0 (paper) to 1 (ink)
 * @param map [height, width]
 * @throws ShapeError for an image or a map that does not fit the shape
 */
export function overlay(
  image: ArrayLike<number>,
  shape: Shape,
  map: ArrayLike<number>,
  options: GridOptions = {},
): Picture {
  checkOptions('overlay', options, GRID_OPTIONS);
  for (const [what, { length }] of Object.entries({ image, map })) {
    if (shape.length === 2 && length === sizeOf(shape) && length > 0) continue;
    throw new ShapeError(
      'overlay',
      `expected an image and a map of shape [height, width], got ${showShape(shape)} and, as the ${what}, ${length} numbers`,
    );
  }
  const [height, width] = shape;
  const panels: Panel[] = [
    { values: image, height, width, colors: 'ink' },
    { values: map, height, width, over: image },
  ];
  return panelGrid([{ label: '', panels }], { panelSize: 224, unit: 'saliency', ...options });
}
