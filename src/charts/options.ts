import { ArgumentError, checkNumber, show } from '../errors.js';
import type { Head } from './head.js';

/** What every chart takes. */
export interface ChartOptions {
  /** @default none */
  title?: string;
  /** In pixels, at least 200; the text has 12. @default 640 */
  width?: number;
  /** In pixels, at least 200. @default 400, of a confusion matrix 560 */
  height?: number;
  /** What makes the elements; in Node `await chartDocument()` from convgrad/node. @default the page's own */
  document?: Document;
}

/** The defaults of every chart. */
export const CHART = { title: undefined, width: 640, height: 400, document: undefined };

/** A chart before it is drawn. */
export interface Chart extends Head {
  height: number;
  page: Document;
}

/** A chart's title, size and document, checked. */
export function checkChart(
  where: string,
  { title, width, height, document: page = globalThis.document }: ChartOptions & { width: number; height: number },
): Omit<Chart, 'legend'> {
  checkNumber(where, 'width', width, { least: 200 });
  checkNumber(where, 'height', height, { least: 200 });
  if (typeof page?.createElementNS === 'function') return { title, width, height, page };
  const advice = 'in Node: document: await chartDocument(), from convgrad/node';
  throw new ArgumentError(where, `expected a document (${advice}), got ${show(page)}`);
}
