import { ArgumentError, checkNumber, show } from '../errors.js';
import type { Head } from './head.js';

/** What every chart takes. */
export interface ChartOptions {
  title?: string;
  /** In pixels: 640 unless given; text has 12. */
  width?: number;
  /** In pixels: 400 unless given, 560 for a confusion matrix. */
  height?: number;
  /** What makes the elements: a page's own, where there is one; in Node `await chartDocument()` from convgrad/node. */
  document?: Document;
}

export const CHART_OPTIONS = ['title', 'width', 'height', 'document'];

/** A chart before it is drawn. */
export interface Chart extends Head {
  height: number;
  page: Document;
}

/** The chart's size and document, checked. */
export function checkChart(where: string, options: ChartOptions, height = 400): Omit<Chart, 'legend'> {
  const page = options.document ?? globalThis.document;
  if (typeof page?.createElementNS !== 'function') {
    throw new ArgumentError(
      where,
      `expected a document (in Node: document: await chartDocument(), from convgrad/node), got ${show(page)}`,
    );
  }
  return {
    title: options.title,
    width: checkNumber(where, 'width', options.width ?? 640, { least: 200 }),
    height: checkNumber(where, 'height', options.height ?? height, { least: 200 }),
    page,
  };
}
