/** One sign and what it stands for. */
export interface LegendItem {
  name: string;
  color: string;
  sign: 'line' | 'dashes' | 'box' | 'dot';
}

/** What stands above a chart: a title in bold, and below it the legend. */
export interface Head {
  title?: string;
  legend: readonly LegendItem[];
  /** Of the whole chart, in pixels. */
  width: number;
}

export const SVG = 'http://www.w3.org/2000/svg';
export const FONT_SIZE = 12;
const LINE = 18;
const MARGIN = 14;
const SIGN = 22;

/** A width for a text, in pixels, that is rather too large than too small: nothing here can measure one. */
export function textWidth(text: string, fontSize = FONT_SIZE): number {
  return 0.62 * fontSize * text.length;
}

/** The height of title and legend, in pixels. */
export function headHeight(head: Head): number {
  return legendTop(head) + LINE * Math.max(0, ...placed(head).map(({ row }) => row + 1));
}

/** Draws title and legend into a chart. */
export function drawHead(svg: SVGSVGElement, head: Head): void {
  if (head.title) {
    const place = { x: MARGIN, y: MARGIN + 10, 'text-anchor': 'start', 'font-weight': 'bold' };
    svg.append(element(svg, 'text', place, head.title));
  }
  for (const { name, color, sign, x, row } of placed(head)) {
    const y = legendTop(head) + (row + 0.5) * LINE;
    if (sign === 'dot') svg.append(element(svg, 'circle', { cx: x + SIGN / 2, cy: y, r: 3.5, fill: color }));
    else if (sign === 'box') {
      svg.append(element(svg, 'rect', { x: x + 4, y: y - 6, width: 14, height: 12, fill: color }));
    } else {
      const line = { x1: x, x2: x + SIGN, y1: y, y2: y, stroke: color, 'stroke-width': 2 };
      svg.append(element(svg, 'line', { ...line, 'stroke-dasharray': sign === 'dashes' ? '6,4' : 'none' }));
    }
    svg.append(element(svg, 'text', { x: x + SIGN + 6, y: y + 4, 'text-anchor': 'start' }, name));
  }
}

/** An SVG element of the document that a chart belongs to. */
export function element(svg: SVGSVGElement, tag: string, values: Record<string, string | number>, text = ''): Element {
  const made = svg.ownerDocument.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(values)) made.setAttribute(key, `${value}`);
  made.textContent = text;
  return made;
}

function legendTop({ title }: Head): number {
  return MARGIN + (title ? LINE + 4 : 0);
}

/** The legend's items and where each begins: side by side, and in a new row when the width is used up. */
function placed({ legend, width }: Head): (LegendItem & { x: number; row: number })[] {
  let x = MARGIN;
  let row = 0;
  return legend.map((item) => {
    const needed = SIGN + 6 + textWidth(item.name) + 12;
    if (x > MARGIN && x + needed > width) {
      x = MARGIN;
      row++;
    }
    x += needed;
    return { ...item, x: x - needed, row };
  });
}
