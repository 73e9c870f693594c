import { decode, decodeApng } from 'fast-png';
import { describe, expect, test, vi } from 'vitest';
import {
  type Color,
  diverging,
  featureMapGrid,
  filterGrid,
  filterPanels,
  ink,
  overlay,
  type Panel,
  Picture,
  panelGrid,
  textWidth,
} from '../src/inspect/index.js';
import { animation } from '../src/node/index.js';
import { Generator } from '../src/random.js';

const WHITE = [255, 255, 255];

/** All pixels of a color. */
function find(picture: Picture, color: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const at = 4 * (y * picture.width + x);
      if (color.every((value, i) => picture.data[at + i] === value)) found.push([x, y]);
    }
  }
  return found;
}

/** Those above the legend. */
const findPanels = (picture: Picture, color: readonly number[]) =>
  find(picture, color).filter(([, y]) => y < picture.height - 45);

describe('colors', () => {
  test('blue below, red above, near white at 0, clipped at the ends, the same steps on both sides', () => {
    expect(diverging(-1)).toEqual([5, 48, 97]);
    expect(diverging(0)).toEqual([247, 247, 247]);
    expect(diverging(1)).toEqual([103, 0, 31]);
    expect(diverging(7)).toEqual(diverging(1));
    expect(diverging(-0.1)).toEqual([228, 238, 244]); // Half way between two of ColorBrewer's colors.
  });

  test('what is no number is seen as such', () => {
    expect(diverging(Number.NaN)).toEqual([0, 200, 0]);
  });

  test('ink is black on white', () => {
    expect([ink(0), ink(0.5), ink(1), ink(2)]).toEqual([WHITE, [128, 128, 128], [0, 0, 0], [0, 0, 0]]);
  });
});

describe('Picture', () => {
  test('a rectangle covers its pixels and no others, and is cut at the border', () => {
    const picture = new Picture(4, 3).rectangle(2, 1, 9, 1, [1, 2, 3]);
    expect(find(picture, [1, 2, 3])).toEqual([
      [2, 1],
      [3, 1],
    ]);
    expect(picture.data.filter((_, i) => i % 4 === 3).every((opacity) => opacity === 255)).toBe(true);
  });

  test('text is as wide as it says, and different letters look different', () => {
    const draw = (text: string) => new Picture(60, 20).text(text, 10, 0, { color: [0, 0, 0] });
    const inked = (picture: Picture) =>
      [...picture.data].flatMap((value, i) => (i % 4 === 0 && value < 200 ? [i / 4] : []));
    const columns = inked(draw('Wj')).map((i) => i % 60);
    expect(Math.min(...columns)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...columns)).toBeLessThanOrEqual(10 + textWidth('Wj'));
    expect(inked(draw('a'))).not.toEqual(inked(draw('e')));
    expect(inked(draw('☃'))).toEqual(inked(draw('?')));
    expect(inked(draw(' '))).toEqual([]);
  });

  test('text beyond the border is cut, not wrapped', () => {
    const picture = new Picture(20, 20).text('mmmmmm', 15, 0, { color: [0, 0, 0] });
    const columns = [...picture.data].flatMap((value, i) => (i % 4 === 0 && value < 200 ? [(i / 4) % 20] : []));
    expect(Math.min(...columns)).toBeGreaterThanOrEqual(15);
  });
});

describe('panelGrid', () => {
  const panel = (values: number[], rest: Partial<Panel> = {}): Panel => ({ values, height: 2, width: 2, ...rest });

  test('all diverging panels share one scale: the largest magnitude has the end of the colors, half of it the middle', () => {
    const picture = panelGrid(
      [
        { label: 'a', panels: [panel([4, 0, 0, 0])] },
        { label: 'b', panels: [panel([0, -2, 0, 0])] },
      ],
      { panelSize: 20 },
    );
    const strongest = findPanels(picture, diverging(1));
    expect(strongest).toHaveLength(100); // One square of 10 by 10 pixels, enlarged without smoothing.
    expect(findPanels(picture, diverging(-0.5))).toHaveLength(100);
  });

  test('a panel in ink has no part in the scale', () => {
    const panels = [panel([0.5, 0, 0, 0]), panel([100, 0, 0, 0], { colors: 'ink' }), null];
    const picture = panelGrid([{ label: '', panels }], { panelSize: 20 });
    expect(find(picture, diverging(1)).length).toBeGreaterThanOrEqual(100);
  });

  test('zeros, NaN and infinity are drawn, not fatal', () => {
    expect(panelGrid([{ label: '', panels: [panel([0, 0, 0, 0])] }]).width).toBeGreaterThan(0);
    const picture = panelGrid([{ label: '', panels: [panel([Number.NaN, Infinity, 1, 0])] }], { panelSize: 20 });
    expect(find(picture, [0, 200, 0])).toHaveLength(100);
  });

  test('infinite numbers have the colors of the ends and no part in the scale', () => {
    const panels = [panel([Infinity, -Infinity, 0, 0]), panel([0, 2, 1, 0])];
    const picture = panelGrid([{ label: '', panels }], { panelSize: 20 });
    const count = (value: number) => findPanels(picture, diverging(value)).length;
    expect([count(1), count(-1), count(0.5)]).toEqual([200, 100, 100]);
  });

  test('the legend is whole, however little stands above it', () => {
    const legend = (title: string) => {
      const picture = panelGrid([{ label: '', panels: [panel([1, 0, 0, 0])] }], { title, unit: 'a long unit' });
      const dark = find(picture, [40, 40, 40]).filter(([, y]) => y >= picture.height - 45);
      return { width: picture.width, right: Math.max(...dark.map(([x]) => x)), dark: dark.length };
    };
    const [narrow, wide] = [legend(''), legend('a title that leaves plenty of space '.repeat(5))];
    expect(wide.width).toBeGreaterThan(narrow.width);
    expect(narrow.dark).toBe(wide.dark);
    expect(narrow.width - narrow.right).toBeGreaterThan(10);
  });

  test('headings stand above their columns, and a title may have several lines', () => {
    const row = { label: 'conv', panels: [panel([1, 1, 1, 1]), panel([1, 1, 1, 1])] };
    const draw = (title: string, headings?: string[]) => {
      const picture = panelGrid([row], { panelSize: 40, title, headings });
      const red = findPanels(picture, diverging(1));
      const top = Math.min(...red.map(([, y]) => y));
      return { picture, top, columns: [...new Set(red.map(([x]) => x))], dark: find(picture, [40, 40, 40]) };
    };
    const plain = draw('title');
    expect(draw('title\ntwo').top).toBe(plain.top + 18);
    expect(Buffer.from(draw('title', []).picture.data).equals(Buffer.from(plain.picture.data))).toBe(true);
    const headed = draw('title', ['', 'two\nlines']);
    expect(headed.top).toBe(plain.top + 2 * 18 + 4);
    expect(headed.columns).toEqual(plain.columns);
    const above = headed.dark.filter(([, y]) => y >= plain.top && y < headed.top).map(([x]) => x);
    const second = headed.columns[40];
    expect([Math.min(...above) >= second, Math.min(...above) < second + 4]).toEqual([true, true]);
    const long = 'a heading that is longer than all that stands below it, title, columns and legend together';
    expect(draw('title', ['', long]).picture.width).toBeGreaterThan(textWidth(long) + second);
  });

  test('a long row goes on below: 16 panels side by side, or as many as one says', () => {
    const panels = Array.from({ length: 64 }, () => panel([1, 1, 1, 1]));
    const lines = (columns?: number) => {
      const picture = panelGrid([{ label: 'conv', panels }], { panelSize: 20, columns });
      const above = findPanels(picture, diverging(1));
      expect(above).toHaveLength(64 * 400);
      return [new Set(above.map(([x]) => x)).size / 20, new Set(above.map(([, y]) => y)).size / 20];
    };
    expect(lines()).toEqual([16, 4]);
    expect(lines(10)).toEqual([10, 7]);
    expect(() => lines(0)).toThrow('panelGrid: expected columns to be a whole number of at least 1, got 0');
  });

  test('a label of three lines stands in three lines below its panel, and the rows below make room', () => {
    const heights = ['', 'a', 'a\nb\nc'].map((label) => {
      const rows = [{ label: '', panels: [panel([1, 1, 1, 1], { label })] }];
      return panelGrid([...rows, ...rows], { panelSize: 20 }).height;
    });
    expect(heights.map((height) => height - heights[0])).toEqual([0, 2 * 18, 2 * 54]);
    const picture = panelGrid([{ label: '', panels: [panel([1, 1, 1, 1], { label: 'x\nmmmm' })] }], { panelSize: 20 });
    const below = find(picture, [40, 40, 40]).filter(([, y]) => y > 16 + 20 + 20 && y < picture.height - 55);
    expect(below.length).toBeGreaterThan(20); // The second line, as wide as its letters.
    expect(Math.max(...below.map(([x]) => x)) - Math.min(...below.map(([x]) => x))).toBeGreaterThan(40);
  });

  test('the lines of a row beside low panels do not run into the next row', () => {
    const height = (label: string) =>
      panelGrid(
        [1, 2].map(() => ({ label, panels: [panel([1, 1, 1, 1])] })),
        { panelSize: 20 },
      ).height;
    expect(height('a\nb\nc') - height('a')).toBe(2 * (54 - 20));
  });

  test('with a fixed scale pictures of any values have one size, and stronger values have the strongest colors', () => {
    const [weak, strong] = [0.5, 7].map((value) =>
      panelGrid([{ label: '', panels: [panel([value, 0, 0, 0])] }], { panelSize: 20, scale: 1 }),
    );
    expect([weak.width, weak.height]).toEqual([strong.width, strong.height]);
    const above = (picture: Picture, value: number) => findPanels(picture, diverging(value)).length;
    expect([above(weak, 0.5), above(weak, 1), above(strong, 1)]).toEqual([100, 0, 100]);
    for (const scale of [0, -1, Number.NaN, Infinity]) {
      expect(() => panelGrid([{ label: '', panels: [panel([1, 0, 0, 0])] }], { scale })).toThrow(
        `panelGrid: expected scale to be a number above 0, got ${scale}`,
      );
    }
  });

  test('a panel whose numbers do not fit, and no panel at all, are errors', () => {
    expect(() => panelGrid([{ label: '', panels: [panel([1, 2, 3])] }])).toThrow(
      'expected 2 * 2 values in a panel, got 3',
    );
    expect(() => panelGrid([{ label: '', panels: [{ ...panel([1, 2, 3, 4]), colors: 'rgb' }] }])).toThrow(
      'expected 3 * 2 * 2 values in a panel, got 4',
    );
    expect(() => panelGrid([])).toThrow('expected at least one panel');
  });
});

describe('filterPanels', () => {
  test('cuts one channel out of each filter', () => {
    const weights = Float32Array.from({ length: 2 * 3 * 2 * 2 }, (_, i) => i);
    const panels = filterPanels(weights, [2, 3, 2, 2], 1);
    expect(panels.map(({ values }) => [...(values as number[])])).toEqual([
      [4, 5, 6, 7],
      [16, 17, 18, 19],
    ]);
  });

  test('refuses a channel that is not there', () => {
    expect(() => filterPanels(new Float32Array(8), [2, 1, 2, 2], 1)).toThrow(
      'the channel to be a whole number from 0 to 0, got 1',
    );
  });
});

describe('filterGrid', () => {
  /** The squares of the strongest red above the legend, by their first pixels. */
  const squares = (picture: Picture, value: number, size: number) => {
    const all = findPanels(picture, diverging(value));
    const is = new Set(all.map(String));
    const corners = all.filter(([x, y]) => !is.has(`${x - 1},${y}`) && !is.has(`${x},${y - 1}`));
    expect(all).toHaveLength(corners.length * size * size);
    return corners;
  };
  const one = (at: number, length: number, value = 1) =>
    Float32Array.from({ length }, (_, i) => (i === at ? value : 0));

  test('a panel a filter when there is one channel, side by side', () => {
    const weights = Float32Array.from({ length: 3 * 4 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const corners = squares(filterGrid(weights, [3, 1, 2, 2], { panelSize: 20 }), 1, 10);
    expect(corners).toHaveLength(3);
    expect(new Set(corners.map(([, y]) => y)).size).toBe(1);
  });

  test('a row a filter and a column a channel when all are asked for', () => {
    const places = [0, 1, 2, 3, 4, 5].map((i) => {
      const picture = filterGrid(one(4 * i, 24), [2, 3, 2, 2], { panelSize: 20, channels: 'all' });
      return squares(picture, 1, 10)[0];
    });
    expect(new Set(places.slice(0, 3).map(([, y]) => y)).size).toBe(1);
    expect(places[3][1]).toBeGreaterThan(places[0][1]);
    expect(places.slice(3).map(([x]) => x)).toEqual(places.slice(0, 3).map(([x]) => x));
    expect(places[1][0]).toBeGreaterThan(places[0][0] + 20);
  });

  test('three channels are one picture in color, 0.5 + w / (2 max), on one scale for all', () => {
    const weights = Float32Array.from({ length: 2 * 12 }, (_, i) => ((i * 7) % 11) / 5 - 1);
    weights[13] = 2; // The largest, in the second filter.
    const picture = filterGrid(weights, [2, 3, 2, 2], { panelSize: 20 });
    for (let filter = 0; filter < 2; filter++) {
      for (let i = 0; i < 4; i++) {
        const level = (c: number) => Math.round(255 * (0.5 + weights[12 * filter + 4 * c + i] / 4));
        const square = findPanels(picture, [level(0), level(1), level(2)]);
        expect(square.length).toBeGreaterThanOrEqual(100);
      }
    }
    // The legend shows each of the three from one end to the other.
    const legend = (color: number[]) => find(picture, color).filter(([, y]) => y > picture.height - 50).length;
    for (const end of [0, 255]) {
      for (const c of [0, 1, 2]) expect(legend([128, 128, 128].map((v, i) => (i === c ? end : v)))).toBe(4);
    }
    expect(legend([...diverging(1)])).toBe(0);
    const red = filterGrid(weights, [2, 3, 2, 2], { panelSize: 20, channels: 0 });
    const largest = Math.max(...[0, 1, 2, 3, 12, 13, 14, 15].map((i) => Math.abs(weights[i])));
    expect(find(red, diverging(weights[0] / largest)).length).toBeGreaterThanOrEqual(100);
    expect(filterPanels(weights, [2, 3, 2, 2])[1]).toMatchObject({ colors: 'rgb', label: '1', height: 2 });
  });

  test('of another number the strongest channel is shown, and said', () => {
    const weights = new Float32Array(2 * 5 * 4);
    weights[4 * 3] = 1; // Filter 0, channel 3.
    weights[20 + 4] = -2;
    weights[20 + 8] = 1;
    const [first, second] = filterPanels(weights, [2, 5, 2, 2]);
    expect([first.label, [...(first.values as number[])]]).toEqual(['0\nin 3', [1, 0, 0, 0]]);
    expect([second.label, second.values[0]]).toEqual(['1\nin 1', -2]);
    expect(filterPanels(new Float32Array(8), [1, 2, 2, 2])[0].label).toBe('0\nin 0');
    const chosen = filterGrid(weights, [2, 5, 2, 2], { panelSize: 20 });
    expect(squares(chosen, 0.5, 10)).toHaveLength(1);
    expect(squares(chosen, -1, 10)).toHaveLength(1);
    const said = textWidth('+2   weight, of the strongest of 5 channels; one scale for all');
    expect(chosen.width).toBeGreaterThan(said);
    const text = vi.spyOn(Picture.prototype, 'text');
    filterGrid(weights, [2, 5, 2, 2], { labels: ['a', 'b'] });
    const texts = text.mock.calls.map(([each]) => each);
    text.mockRestore();
    expect(texts).toEqual(expect.arrayContaining(['a\nin 3', 'b\nin 1']));
    expect(texts).toContain('+2   weight, of the strongest of 5 channels; one scale for all');
    const asked = filterGrid(weights, [2, 5, 2, 2], { panelSize: 20, channels: 2, scale: 1 });
    expect(squares(asked, 1, 10)).toHaveLength(1);
  });

  test.each([1, 2])('what was before stands above, on the same scale, with %i channels', (channels) => {
    const size = 4 * channels;
    const options = { panelSize: 20, before: one(0, size, 4) };
    const picture = filterGrid(one(0, size, 2), [1, channels, 2, 2], options);
    const [before] = squares(picture, 1, 10);
    const [after] = squares(picture, 0.5, 10);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBeGreaterThan(before[1] + 20);
  });

  test('refuses what does not fit', () => {
    const weights = new Float32Array(8);
    expect(() => filterGrid(weights, [2, 1, 2])).toThrow(
      'expected weights [filters, channels, kernelH, kernelW], got 8',
    );
    expect(() => filterGrid(weights, [2, 1, 2, 2], { before: new Float32Array(4) })).toThrow(
      'got 4 numbers and the shape',
    );
    expect(() => filterGrid(weights, [2, 1, 2, 2], { labels: ['a'] })).toThrow(
      'expected 2 labels, one a filter, got 1',
    );
    expect(() => filterGrid(weights, [1, 2, 2, 2], { channels: 2 })).toThrow(
      'filterGrid: expected the channel to be a whole number from 0 to 1, got 2',
    );
    expect(() => filterGrid(weights, [2, 1, 2, 2], { rows: 1 } as object)).toThrow("filterGrid: unknown option 'rows'");
  });
});

describe('featureMapGrid', () => {
  const maps = Float32Array.from({ length: 3 * 4 }, (_, i) => (i % 4 === 0 ? 1 + Math.floor(i / 4) : 0)); // 1, 2 and 3.

  test('a panel a channel, all on the scale of the strongest, the image in ink at the left of them', () => {
    const image = { values: [0, 1, 0, 0], height: 2, width: 2 };
    const picture = featureMapGrid(maps, [3, 2, 2], { panelSize: 20, columns: 2, image });
    const above = (value: number) => findPanels(picture, diverging(value));
    const [weakest, middle, strongest] = [1 / 3, 2 / 3, 1].map(above);
    expect([weakest.length, middle.length, strongest.length]).toEqual([100, 100, 100]);
    expect(strongest[0][0]).toBe(weakest[0][0]); // The third map begins the second row, not below the image.
    expect(strongest[0][1]).toBeGreaterThan(weakest[0][1]);
    const black = find(picture, [0, 0, 0]);
    expect(black).toHaveLength(100);
    expect(Math.max(...black.map(([x]) => x))).toBeLessThan(weakest[0][0]);
  });

  test('an image of three channels stands there in color', () => {
    const values = [1, 0, 0, 0, 0, 0, 0, 0, 0.2, 0, 0, 0];
    const picture = featureMapGrid(maps, [3, 2, 2], { panelSize: 20, image: { values, height: 2, width: 2 } });
    expect(find(picture, [255, 0, 51])).toHaveLength(100);
    expect(find(picture, [0, 0, 0])).toHaveLength(300);
  });

  test('refuses what does not fit', () => {
    expect(() => featureMapGrid(maps, [1, 3, 2, 2])).toThrow(
      'expected values [channels, height, width], got 12 numbers',
    );
    expect(() => featureMapGrid(maps, [3, 2, 2], { labels: [] })).toThrow('expected 3 labels, one a channel, got 0');
  });
});

describe('overlay', () => {
  test('the image shows through where the map is near 0, and not where it is strong', () => {
    const picture = overlay([0, 1, 0, 1], [2, 2], [0, 0, 1, -1], { panelSize: 20 });
    const right = (color: readonly number[]) =>
      findPanels(picture, color).filter(([x]) => x > 16 + 20 + 5 && x < 16 + 20 + 10 + 20);
    expect(right(WHITE).length).toBeGreaterThanOrEqual(100);
    expect(right(ink(0.55))).toHaveLength(100);
    expect([right(diverging(1)).length, right(diverging(-1)).length]).toEqual([100, 100]);
  });

  test('what is no number is seen as such', () => {
    const picture = overlay([0, 1], [1, 2], [Number.NaN, 1], { panelSize: 20 });
    expect(find(picture, [0, 200, 0])).toHaveLength(100);
  });

  test('over an image in color; of a map for each color the value counts that is largest in magnitude', () => {
    const image = [1, 0, 0, 0, 0.2, 0];
    const picture = overlay(image, [3, 1, 2], [0, 0.5, 0, -1, 0, 0.25], { panelSize: 20 });
    expect(find(picture, [255, 0, 51])).toHaveLength(100);
    const lighter = [255, 0, 51].map((level) => Math.round(255 + (level - 255) * 0.55));
    expect(findPanels(picture, lighter)).toHaveLength(100);
    expect(findPanels(picture, diverging(-1))).toHaveLength(100);
    expect(overlay(image, [3, 1, 2], [0, -1], { panelSize: 20 })).toEqual(picture);
    const gray = [0, 1];
    expect(overlay(gray, [1, 1, 2], [0, -1])).toEqual(overlay(gray, [1, 2], [0, -1]));
  });

  test('refuses an image and a map of different sizes', () => {
    expect(() => overlay(new Array(12).fill(0), [3, 2, 2], [1, 2])).toThrow('expected a map [height, width], got 2');
    expect(() => overlay(new Array(8).fill(0), [2, 2, 2], [1, 2, 3, 4])).toThrow('an image [height, width] or [3,');
    expect(() => overlay([0, 1, 0, 1], [2, 2], [1, 2])).toThrow(
      'overlay: expected a map [height, width], got 2 numbers and the shape [2, 2]',
    );
  });
});

describe('animation', () => {
  const frames = [
    [255, 0, 0],
    [1, 2, 3],
    [250, 251, 252],
  ].map((color) => new Picture(5, 4).rectangle(0, 0, 5, 3, color as unknown as Color));

  test('plays in a loop, each frame for its time, with exactly its pixels', async () => {
    const bytes = await animation(frames, { delay: [100, 65_535, 1] });
    const decoded = decodeApng(bytes, { checkCrc: true });
    expect([decoded.width, decoded.height, decoded.numberOfFrames, decoded.numberOfPlays]).toEqual([5, 4, 3, 0]);
    expect(decoded.frames.map(({ data }) => [...data])).toEqual(frames.map(({ data }) => [...data]));
    const seconds = decoded.frames.map(({ delayNumber, delayDenominator }) => delayNumber / delayDenominator);
    expect(seconds).toEqual([0.1, 65.535, 0.001]);
  });

  test('a program that knows no animation shows the first frame', async () => {
    expect([...decode(await animation(frames), { checkCrc: true }).data]).toEqual([...frames[0].data]);
  });

  test('fifteen frames of eight filters, with labels and a legend, take less than 300 kB', async () => {
    const generator = new Generator(1);
    const training = Array.from({ length: 15 }, (_, i) => {
      const weights = Float32Array.from({ length: 8 * 25 }, () => generator.normal());
      const labels = Array.from({ length: 8 }, (_, filter) => `${filter}\nedge ${filter * 10 + i}°`);
      return filterGrid(weights, [8, 1, 5, 5], { labels, scale: 3, title: `step ${i}` });
    });
    expect(training[0].width).toBeGreaterThan(700);
    const bytes = await animation(training);
    expect(bytes.length).toBeLessThan(300_000);
    expect(decodeApng(bytes).frames).toHaveLength(15);
  });

  test('refuses frames of two sizes, none, and delays that do not fit', async () => {
    await expect(animation([...frames, new Picture(5, 5)])).rejects.toThrow(
      'animation: expected frames of one size, 5 x 4, got 5 x 5 in frame 3',
    );
    await expect(animation([])).rejects.toThrow('animation: expected at least one frame');
    await expect(animation(frames, { delay: [1, 2] })).rejects.toThrow('expected 3 delays, one a frame, got 2');
    await expect(animation(frames, { delay: 0 })).rejects.toThrow(
      'a delay to be a whole number from 1 to 65535, got 0',
    );
  });
});
