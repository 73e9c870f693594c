import type { Dataset } from '../../data/dataset.js';
import { optional } from '../../errors.js';
import type { Patch } from '../../inspect/network/receptive-field.js';
import { type Color, diverging } from '../../inspect/pictures/color.js';
import { drawPanel, largest, type Panel, short } from '../../inspect/pictures/panel.js';
import { Picture } from '../../inspect/pictures/picture.js';
import { type Html, html } from './html.js';

/** Draws images that a page carries in itself. */
export interface Images {
  /** Numbers as squares: `scale` has the strongest colors, its own largest unless given; `size` is about its width, 70. */
  panel(panel: Panel, alt: string, options?: { scale?: number; size?: number }): Html;
  /** Several panels of one size side by side, in rows of so many. */
  sheet(panels: readonly Panel[], alt: string, options: { scale: number; square: number; columns: number }): Html;
  /** One image of a dataset, ink on paper, with a frame around a part of it. */
  digit(dataset: Dataset, index: number, alt: string, options?: { patch?: Patch; square?: number }): Html;
  /** What the colors mean. */
  legend(scale: number, unit: string): Html;
}

/** Of the frame around a part of a digit. */
const MARK: Color = [214, 69, 20];
const GAP = 8;

/** The images as PNG in data URIs, made with the package fast-png. */
export async function images(): Promise<Images> {
  const { encode } = await optional('report', 'fast-png', () => import('fast-png'));
  const image = ({ width, height, data }: Picture, alt: string): Html => {
    const png = encode({ width, height, channels: 4, data }, { zlib: { level: 9 } });
    const uri = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
    return html`<img src="${uri}" width="${width}" height="${height}" alt="${alt}">`;
  };
  const sheet: Images['sheet'] = (panels, alt, { scale, square, columns }) => {
    const [{ width, height }] = panels;
    const [across, down] = [width * square + 2, height * square + 2];
    const rows = Math.ceil(panels.length / columns);
    const count = Math.min(columns, panels.length);
    const picture = new Picture(count * (across + GAP) - GAP, rows * (down + GAP) - GAP);
    panels.forEach((panel, i) => {
      const [left, top] = [(i % columns) * (across + GAP) + 1, Math.floor(i / columns) * (down + GAP) + 1];
      drawPanel(picture, panel, left, top, square, scale);
    });
    return image(picture, alt);
  };
  return {
    sheet,
    panel: (panel, alt, { scale = largest([panel]), size = 70 } = {}) =>
      sheet([panel], alt, { scale, square: Math.max(1, Math.round(size / panel.width)), columns: 1 }),
    digit(dataset, index, alt, { patch, square = 3 } = {}) {
      const [, height, width] = dataset.inputShape;
      const picture = new Picture(width * square + 2, height * square + 2);
      drawPanel(picture, { values: dataset.input(index), height, width, colors: 'ink' }, 1, 1, square, 1);
      if (patch) frame(picture, patch, square);
      return image(picture, alt);
    },
    legend(scale, unit) {
      const picture = new Picture(160, 12);
      for (let x = 0; x < 160; x++) picture.rectangle(x, 0, 1, 12, diverging(x / 79.5 - 1));
      const end = short(scale);
      return html`<p class="legend">${unit}: <span>−${end} ${image(picture, 'from blue, negative, over white, zero, to red, positive')} +${end}</span></p>
`;
    },
  };
}

/** A frame of two pixels around a patch. */
function frame(picture: Picture, { top, left, width, height }: Patch, square: number): void {
  const [x, y, across, down] = [left * square - 1, top * square - 1, width * square + 4, height * square + 4];
  picture.rectangle(x, y, across, 2, MARK).rectangle(x, y + down - 2, across, 2, MARK);
  picture.rectangle(x, y, 2, down, MARK).rectangle(x + across - 2, y, 2, down, MARK);
}
