import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CurveOptions, confusion, curve, type HistogramOptions, histogram } from '../src/charts/index.js';
import { ArgumentError, ShapeError } from '../src/index.js';
import { chartDocument } from '../src/node/index.js';
import { Generator } from '../src/random.js';

let document: Document;
beforeAll(async () => {
  document = await chartDocument();
});

const parse = (svg: string) => parseHTML(`<html><body>${svg}</body></html>`).document.querySelector('svg')!;
const texts = (svg: string) => [...parse(svg).querySelectorAll('text')].map((node) => node.textContent);
const number = (node: Element, name: string) => Number(node.getAttribute(name));
/** The curves of lines, not of ticks. */
const paths = (svg: string) =>
  [...parse(svg).querySelectorAll('g[aria-label="line"] path')].map((node) => node.getAttribute('d')!);

const series = [
  { name: 'one', x: [0, 1, 2, 3, 4], y: [1, 2, Number.NaN, 4, 5] },
  { name: 'two', x: [0, 1, 2, 3, 4], y: [5, 4, 3, 2, Infinity], dashed: true },
];
const line = (rest: Partial<CurveOptions> = {}) =>
  curve({ document, series, xLabel: 'epoch', yLabel: 'loss', ...rest });
const groups = [{ name: 'null', values: [0, 1, 1, 2, 2, 2, 3, 3, 4] }];
const densities = (rest: Partial<HistogramOptions> = {}) => histogram({ document, groups, xLabel: 'score', ...rest });
const matrix = [
  [50, 2, 0],
  [1, 40, 12],
  [0, 0, 60],
];

describe('every chart', () => {
  const all: [string, (title: string) => string][] = [
    ['curve', (title) => line({ title, bands: [{ label: 'b', from: 1, to: 2 }] })],
    ['histogram', (title) => densities({ title, marks: [{ x: 2.5, label: 'm' }] })],
    ['confusion', (title) => confusion(matrix, { document, title })],
  ];

  test.each(all)(
    '%s stands alone: one svg with a view box, a name, no style sheet, script, identifier or link',
    (_, draw) => {
      const svg = draw('a <title> & more');
      expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www.w3.org\/2000\/svg"/);
      const root = parse(svg);
      expect(root.getAttribute('viewBox')).toMatch(/^0 0 \d+ \d+$/);
      expect(root.querySelector('title')!.textContent).toBe('a <title> & more');
      expect(root.querySelectorAll('style, script, defs, image, foreignObject, [id], [class], [href]')).toHaveLength(0);
      expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\(|NaN|Infinity|undefined/);
      expect(svg).not.toMatch(/\d\.\d{3,}/);
      const [white] = root.querySelectorAll('rect');
      expect([white.getAttribute('fill'), number(white, 'width')]).toEqual(['white', number(root, 'width')]);
    },
  );

  test.each(all)('%s is the same every time, and has a name without a title', (_, draw) => {
    expect(draw('x')).toBe(draw('x'));
    expect(parse(draw('')).querySelector('title')).not.toBeNull();
  });

  test.each(all)('%s has every text within its borders', (_, draw) => {
    const root = parse(draw('a title'));
    for (const node of root.querySelectorAll('text')) {
      const [x, y] = /translate\(([-\d.]+),([-\d.]+)\)/.exec(node.getAttribute('transform') ?? '')?.slice(1) ?? [
        node.getAttribute('x'),
        node.getAttribute('y'),
      ];
      expect(Number(x)).toBeGreaterThanOrEqual(0);
      expect(Number(x)).toBeLessThanOrEqual(number(root, 'width'));
      expect(Number(y)).toBeGreaterThanOrEqual(0);
      expect(Number(y)).toBeLessThanOrEqual(number(root, 'height'));
    }
  });

  test('takes the document of the page when there is one, and says how to get one when there is none', () => {
    expect(() => line({ document: undefined })).toThrow(
      'curve: expected a document (in Node: document: await chartDocument(), from convgrad/node), got undefined',
    );
    const page = globalThis as { document?: Document };
    page.document = document;
    try {
      expect(line({ document: undefined })).toBe(line());
    } finally {
      delete page.document;
    }
  });
});

describe('curve', () => {
  test('a line a series, with gaps where a number is not finite', () => {
    const [one, two] = paths(line());
    expect(one.match(/M/g)).toHaveLength(2);
    expect(one.match(/L/g)).toHaveLength(2);
    expect([two.match(/M/g)!.length, two.match(/L/g)!.length]).toEqual([1, 3]);
  });

  test('the axes, the series and the bands have names', () => {
    const svg = line({ bands: [{ label: 'null', from: 1, to: 2 }] });
    expect(texts(svg)).toEqual(expect.arrayContaining(['epoch', 'loss', 'one', 'two', 'null']));
    expect(texts(line({ series: series.slice(1) }))).not.toContain('two'); // One line needs no legend.
  });

  test('a dashed line is dashed, in the legend too', () => {
    const dashed = [...parse(line()).querySelectorAll('[stroke-dasharray="6,4"]')];
    expect(dashed).toHaveLength(2);
    expect(new Set(dashed.map((node) => node.getAttribute('stroke'))).size).toBe(1);
  });

  test('an eighth line has the first color, but dashed', () => {
    const many = Array.from({ length: 8 }, (_, i) => ({ name: `${i}`, x: [0, 1], y: [i, i] }));
    expect(parse(line({ series: many })).querySelectorAll('g[aria-label="line"][stroke-dasharray]')).toHaveLength(1);
  });

  test('a band covers its values over the whole width', () => {
    const svg = line({ series: [{ name: '', x: [0, 1], y: [0, 10] }], bands: [{ label: 'b', from: 5, to: 10 }] });
    const root = parse(svg);
    const band = root.querySelector('g[aria-label="rect"] rect')!;
    const [first] = paths(svg);
    const [[x0, y0], [x1, y1]] = [...first.matchAll(/([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
    expect([number(band, 'x'), number(band, 'width')]).toEqual([x0, x1 - x0]);
    expect(number(band, 'y')).toBe(y1);
    expect(number(band, 'height')).toBeCloseTo((y0 - y1) / 2, 1);
  });

  test('few whole numbers have ticks at whole numbers only', () => {
    const svg = line({ series: [{ name: '', x: [0, 1, 2], y: [0.001, 0.002, 0.0035] }] });
    const labels = [...parse(svg).querySelectorAll('g[aria-label="x-axis tick label"] text')];
    expect(labels.map((node) => node.textContent)).toEqual(['0', '1', '2']);
  });

  test.each([
    ['log', [1, 10, 100, 10_000], ['1', '10', '100', '1,000', '10,000']],
    ['log', [1, 2, 8], ['1', '2', '5']],
    ['log', [1e-5, 1e-4, 1e-3], ['1e−5', '1e−4', '0.001']],
    ['symlog', [0, 1, 100, 1000], ['0', '1', '10', '100', '1,000']],
    ['symlog', [-10, 0, 10], ['−10', '−1', '0', '1', '10']],
  ] as const)('a %s axis from %j has ticks at %j', (xScale, x, expected) => {
    const svg = line({ xScale, series: [{ name: '', x, y: x }] });
    const labels = [...parse(svg).querySelectorAll('g[aria-label="x-axis tick label"] text')];
    expect(labels.map((node) => node.textContent)).toEqual(expected);
    expect(svg).not.toMatch(/NaN/);
  });

  test('one point alone, and values that are all the same, are drawn', () => {
    for (const xScale of ['linear', 'log', 'symlog'] as const) {
      const svg = line({ xScale, series: [{ name: '', x: [5], y: [0] }] });
      expect(parse(svg).querySelectorAll('circle')).toHaveLength(1);
      expect(svg).not.toMatch(/NaN/);
    }
  });

  test('refuses what it cannot draw', () => {
    expect(() => line({ series: [] })).toThrow(ArgumentError);
    expect(() => line({ series: [{ name: 'a', x: [1], y: [Number.NaN] }] })).toThrow('at least one finite point');
    expect(() => line({ series: [{ name: 'a', x: [1, 2], y: [1] }] })).toThrow(
      "curve: expected as many y as x in series 'a', got 1 and 2",
    );
    expect(() => line({ xScale: 'log' })).toThrow("expected x above 0 on a log scale ('symlog' can show 0), got 0");
    expect(() => line({ bands: [{ label: '', from: 0, to: Number.NaN }] })).toThrow('expected the end of a band');
    expect(() => line({ color: 'red' } as object)).toThrow("curve: unknown option 'color'");
    expect(() => line({ width: 0 })).toThrow('expected width to be a number of at least 200, got 0');
  });
});

describe('histogram', () => {
  /** Corners of a path, in units of the axes: 72 pixels are left of the frame and 24 right of it. */
  const corners = (svg: string, low: number, high: number) =>
    [...paths(svg)[0].matchAll(/([MLHV])([-\d.]+),?([-\d.]+)?/g)].map(
      ([, , x]) => low + ((Number(x) - 72) / 544) * (high - low),
    );

  test('groups share bins, and the area of each is 1', () => {
    const generator = new Generator(1);
    const normal = (mean: number, count: number) =>
      Float64Array.from({ length: count }, () => mean + generator.normal());
    const svg = densities({
      groups: [
        { name: 'few', values: normal(0, 500) },
        { name: 'many', values: normal(1, 5000) },
      ],
      bins: 20,
    });
    const areas = paths(svg).map((path) => {
      const points = [...path.matchAll(/([-\d.]+),([-\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
      const bottom = points[0][1];
      return points.slice(1).reduce((sum, [x], i) => sum + (x - points[i][0]) * (bottom - points[i][1]), 0);
    });
    expect(areas[0]).toBeGreaterThan(1000);
    expect(Math.abs(areas[0] / areas[1] - 1)).toBeLessThan(0.01);
    expect(texts(svg)).toEqual(expect.arrayContaining(['few', 'many', 'density', 'score']));
  });

  test('each value is in its bin, the largest in the last one, and what is not finite in none', () => {
    const values = [0, 0.5, 1, 3.9, 4, Number.NaN, Infinity];
    const svg = densities({ groups: [{ name: 'a', values }], bins: 4 });
    const heights = [...paths(svg)[0].matchAll(/([-\d.]+),([-\d.]+)/g)].map(([, , y]) => Number(y));
    const bottom = heights[0];
    const levels = [...new Set(heights.map((y) => Math.round((bottom - y) / ((bottom - Math.min(...heights)) / 2))))];
    expect(levels).toEqual([0, 2, 1]); // Two in the first and in the last, one in the second, none in the third.
    expect(corners(svg, 0, 4).every((x) => x > -0.01 && x < 4.01)).toBe(true);
  });

  test('40,000 values in two groups make a small file', () => {
    const generator = new Generator(2);
    const values = () => Float64Array.from({ length: 40_000 }, () => generator.normal());
    const marks = Array.from({ length: 8 }, (_, i) => ({ x: i, label: `${i}` }));
    const svg = densities({
      marks,
      groups: [
        { name: 'a', values: values() },
        { name: 'b', values: values() },
      ],
    });
    expect(svg.length).toBeLessThan(40_000);
  });

  test('single values are dots at their place above the densities, and labels do not overlap', () => {
    const marks = [1, 1.01, 1.02, 3.99, Number.NaN].map((x, i) => ({ x, label: `filter ${i}` }));
    const svg = densities({ marks, marksName: 'the filters' });
    const places = [...parse(svg).querySelectorAll('g[aria-label="dot"]')].flatMap((group) => {
      const dy = Number(/translate\(0(?:\.5)?,([-\d.]+)\)/.exec(group.getAttribute('transform')!)![1]);
      return [...group.querySelectorAll('circle')].map((node) => [number(node, 'cx'), number(node, 'cy') + dy]);
    });
    expect(places.map(([x]) => Math.round(x)).sort()).toEqual([208, 209, 211, 615]);
    expect(new Set(places.map(([, y]) => y)).size).toBe(3);
    const labels = texts(svg).filter((text) => text!.startsWith('filter '));
    expect(labels.sort()).toEqual(['filter 0', 'filter 1', 'filter 2', 'filter 3']);
    expect(texts(svg)).toContain('the filters');
  });

  test('too many values for labels keep their dots', () => {
    const marks = Array.from({ length: 200 }, (_, i) => ({ x: 2 + i / 1e4, label: `filter ${i}` }));
    const svg = densities({ marks });
    expect(parse(svg).querySelectorAll('circle')).toHaveLength(200);
    expect(texts(svg).filter((text) => text!.startsWith('filter '))).toEqual([]);
  });

  test('equal values have a bin of their own', () => {
    const svg = densities({ groups: [{ name: 'a', values: [3, 3, 3] }] });
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(texts(svg)).toContain('3');
  });

  test('refuses what it cannot draw', () => {
    expect(() => densities({ groups: [] })).toThrow('histogram: expected at least one group');
    expect(() => densities({ groups: [{ name: 'a', values: [Number.NaN] }] })).toThrow("a finite value in group 'a'");
    expect(() => densities({ bins: 0 })).toThrow('expected bins to be a whole number from 1 to 1000, got 0');
    expect(() => densities({ weight: 1 } as object)).toThrow("histogram: unknown option 'weight'");
  });
});

describe('confusion', () => {
  const cells = (svg: string) => [...parse(svg).querySelectorAll('g[aria-label="cell"] rect')];

  test('a cell for each pair of classes, with its count, the true class being the row', () => {
    const svg = confusion(matrix, { document, classes: ['cat', 'dog', 'owl'] });
    expect(cells(svg)).toHaveLength(9);
    const counts = [...parse(svg).querySelectorAll('g[aria-label="text"] text')].map((node) => node.textContent);
    expect(counts).toEqual(['50', '2', '0', '1', '40', '12', '0', '0', '60']);
    const firstRow = cells(svg).slice(0, 3);
    const [left, middle, right] = firstRow.map((cell) => number(cell, 'x'));
    expect(left < middle && middle < right).toBe(true);
    expect(new Set(firstRow.map((cell) => number(cell, 'y'))).size).toBe(1);
    expect(texts(svg)).toEqual(expect.arrayContaining(['true class', 'predicted class', 'cat', 'dog', 'owl']));
  });

  test('colors are for errors: the same for the whole diagonal, white for none, the strongest for most', () => {
    const fills = cells(confusion(matrix, { document })).map((cell) => cell.getAttribute('fill'));
    expect([fills[4], fills[8]]).toEqual([fills[0], fills[0]]);
    expect([fills[2], fills[6], fills[7]]).toEqual(['#FFFFFF', '#FFFFFF', '#FFFFFF']);
    expect(fills[5]).toBe('rgb(224,108,30)');
    expect(fills[3]).toBe('rgb(253,232,217)');
    expect(new Set(fills).size).toBe(5);
  });

  test('the legend says how many errors the colors mean, and there may be none', () => {
    expect(texts(confusion(matrix, { document }))).toEqual(expect.arrayContaining(['right', '1 error', '12 errors']));
    expect(texts(confusion([[3]], { document }))).not.toContain('0 errors');
  });

  test('with many classes the counts are left out when they would be too small to read', () => {
    const many = Array.from({ length: 60 }, (_, i) => Array.from({ length: 60 }, (_, j) => (i === j ? 1000 : 0)));
    const svg = confusion(many, { document });
    expect(cells(svg)).toHaveLength(3600);
    expect(texts(svg)).not.toContain('1,000');
  });

  test('refuses what is no confusion matrix', () => {
    expect(() => confusion([], { document })).toThrow(ArgumentError);
    expect(() => confusion([[1, 2], [3]], { document })).toThrow(ShapeError);
    expect(() => confusion(matrix, { document, classes: ['a'] })).toThrow('expected 3 classes, one a row, got 1');
    expect(() =>
      confusion(
        [
          [1, 2],
          [3, 4],
        ],
        { document, classes: ['a', 'a'] },
      ),
    ).toThrow('classes of different names');
    expect(() => confusion([[-1]], { document })).toThrow(
      'confusion: expected a count to be a number of at least 0, got -1',
    );
    expect(() => confusion([[Number.NaN]], { document })).toThrow('got NaN');
  });
});
