import { type PlotOptions, plot } from '@observablehq/plot';
import { drawHead, element, FONT_SIZE, SVG } from './head.js';
import type { Chart } from './options.js';

/** Okabe and Ito's colors (2008), which color-blind people can distinguish; without yellow, which is too light on white. */
export const COLORS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];
export const DARK = '#222222';
/** Room for ticks, their numbers and the names of the axes, in pixels; above is the head. */
export const MARGINS = { marginRight: 24, marginBottom: 52, marginLeft: 72 };
/** From an axis to its name, in pixels, beyond the numbers of the ticks. */
export const [X_LABEL_OFFSET, Y_LABEL_OFFSET] = [42, 62];
/** What axes of numbers have in common. */
export const AXIS = { labelAnchor: 'center', labelArrow: 'none', tickFormat: tick } as const;

/** More decimals than a pixel needs. */
const LONG = /\d+\.\d{3,}/g;

/** A number as the axes show it. */
function tick(value: number): string {
  const size = Math.abs(value);
  const short =
    size !== 0 && (size < 1e-3 || size >= 1e6)
      ? value.toExponential(2).replace(/\.?0*e\+?/, 'e')
      : value.toLocaleString('en', { maximumSignificantDigits: 4 });
  return short.replaceAll('-', '−');
}

/**
 * Draws with Plot and gives an SVG that stands alone: white below, no style sheet, script or identifier that could clash
 * with another chart of the same page.
 * @param name the accessible name of a chart that has no title
 */
export function draw(name: string, chart: Chart, options: PlotOptions): string {
  const { title, width, height, page } = chart;
  const svg = plot({ width, height, document: page, ...options }) as SVGSVGElement;
  svg.querySelector('style')?.remove(); // It is about a class that every chart of a page has.
  svg.removeAttribute('class');
  const attributes = { xmlns: SVG, role: 'img', color: DARK, 'font-size': FONT_SIZE };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, `${value}`);
  svg.setAttribute('style', 'max-width:100%;height:auto');
  svg.prepend(element(svg, 'title', {}, title ?? name), element(svg, 'rect', { width, height, fill: 'white' }));
  drawHead(svg, chart);
  for (const node of svg.querySelectorAll('*')) {
    for (const attribute of [...node.attributes]) {
      attribute.value = attribute.value.replace(LONG, (long) => `${Number(Number(long).toFixed(2))}`);
    }
  }
  return svg.outerHTML.replaceAll('&nbsp;', '\u00a0'); // HTML's name for it means nothing in a file of its own.
}
