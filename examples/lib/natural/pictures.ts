/** Pictures of filters, in color. */
import type { Image } from '../../../src/data/image.js';
import { resize } from '../../../src/data/resize.js';
import { type GaborFit, type Panel, type PanelRow, type Picture, panelGrid } from '../../../src/inspect/index.js';
import { AREA, SIZE } from './sparse-autoencoder.js';

/** Filters and what was measured of them; the most Gabor-like come first. */
export interface Shown {
  label: string;
  /** [n, 3, 9, 9]. */
  filters: Float32Array;
  fits?: readonly GaborFit[];
}

const SQUARE = 54;
const IMAGE = 128;

/** All filters of several kinds, all on one scale: the largest 0.5% of all numbers are cut off. */
export function filtersPicture(shown: readonly Shown[], title: string): Picture {
  const all = shown.flatMap(({ filters }) => Array.from(filters, Math.abs)).sort((a, b) => a - b);
  const scale = all[Math.floor(0.995 * all.length)];
  return panelGrid(shown.map(rowOf), { title, panelSize: SQUARE, columns: 16, unit: 'weight', scale });
}

/** The same, each filter on its own scale. */
export function ownScalePicture(shown: readonly Shown[], title: string): Picture {
  const scaled = shown.map(({ filters, ...rest }) => {
    const own = new Float32Array(filters.length);
    for (let first = 0; first < own.length; first += AREA) {
      const filter = filters.subarray(first, first + AREA);
      const most = filter.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
      own.set(
        filter.map((value) => value / most),
        first,
      );
    }
    return { ...rest, filters: own };
  });
  return panelGrid(scaled.map(rowOf), { title, panelSize: SQUARE, columns: 16, unit: "weight / the filter's largest" });
}

function rowOf({ label, filters, fits }: Shown): PanelRow {
  const order = Array.from({ length: filters.length / AREA }, (_, n) => n);
  if (fits) order.sort((a, b) => fits[b].r2 - fits[a].r2);
  const panels = order.map((n): Panel => {
    const values = filters.subarray(n * AREA, (n + 1) * AREA);
    return { values, height: SIZE, width: SIZE, colors: 'rgb', label: fits ? fits[n].r2.toFixed(2) : '' };
  });
  return { label, panels };
}

/** Up to eight of the images, the middle of each. */
export function somePicture(images: readonly Image[], title: string): Picture {
  const count = Math.min(8, images.length);
  const panels = Array.from({ length: count }, (_, i): Panel => {
    const { values, height, width } = images[Math.floor((i * images.length) / count)];
    const side = Math.min(height, width);
    const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
    const square = Float32Array.from({ length: 3 * side * side }, (_, at) => {
      const [row, column] = [Math.floor(at / side), at % side];
      const channel = Math.floor(row / side);
      return values[(channel * height + top + (row % side)) * width + left + column];
    });
    return { values: resize(square, [3, side, side], [IMAGE, IMAGE]), height: IMAGE, width: IMAGE, colors: 'image' };
  });
  return panelGrid([{ label: '', panels }], { title, panelSize: IMAGE });
}
