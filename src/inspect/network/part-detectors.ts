import type { Dataset } from '../../data/dataset.js';
import { ArgumentError, checkNumber, readOptions } from '../../errors.js';
import type { Module } from '../../nn/module.js';
import { quantile } from '../filters/emergence.js';
import { eachMap } from './layer.js';
import { checkPartImages, type PartImages } from './part-images.js';
import { receptiveField } from './receptive-field.js';

/** Options of `partDetectors`. */
export interface PartDetectorsOptions {
  /** How many images of each half, those that excite a filter most, are looked at; fewer if there are not as many. @default 100 */
  top?: number;
  /** A filter's answer is on a part when the part is in the square of so many pixels around the answer. @default 4 */
  cell?: number;
  /**
   * So many pixels at each border are left out: an answer counts when its unit's field has its center further inside. Give the
   * layers that are compared the same. @default 0
   */
  margin?: number;
  /** How far in pixels down or right of its field's center, or up or left, a filter may look at its part. @default 6 */
  reach?: number;
  /** In steps of so many pixels. @default 3 */
  step?: number;
  /** @default 100 */
  batchSize?: number;
}

/** How a filter answers to a part, in the images that excite it most. */
export interface PartScore {
  /** Where it looks: [down, right] of its field's center in pixels. */
  offset: readonly [number, number];
  /** In which fraction of these images its largest answer is on the part. */
  onPart: number;
  /** By which fraction its largest answers fall, all in all, when the images are without the part; below 0 when they rise. */
  fall: number;
  /** The largest such fall for another part; 0 when there is none. */
  others: number;
}

/** A filter, and how it answers to parts. */
export interface PartDetector<Part extends string = string> {
  channel: number;
  /** Without which its answers fall most, in the first half of the images; null when they fall without none. */
  part: Part | null;
  /** Scored on the second half, for each part. Its offset was chosen on the first. */
  scores: Record<Part, PartScore>;
  /** The same on the first half: to choose filters by, not to be quoted. */
  chosen: Record<Part, PartScore>;
  /** In which fraction of the strongest images of each variant's second half its largest answer is on its part. */
  variants: Record<string, number>;
  /** In which fraction its largest answer is on a distractor. */
  distractors: number;
  /** The images of the second half that excite it most, the strongest first. */
  top: PartAnswer[];
}

/** A filter's largest answer to an image. */
export interface PartAnswer {
  /** Index of the image. */
  image: number;
  value: number;
  /** Of the unit that gives it, in the layer's output. */
  row: number;
  column: number;
  /** Whether it is on the filter's part. */
  onPart: boolean;
}

/** What `partDetectors` found in a layer. */
export interface PartDetection<Part extends string = string> {
  filters: PartDetector<Part>[];
  /** For each part the fraction of all squares, in all images, that it is in: what an answer anywhere would score. */
  chance: Record<Part, number>;
  /**
   * What the one square scores that a part is in most often, chosen on the first half: what one knows who knows where parts
   * usually are, and sees nothing. `variants`: the same square there.
   */
  prior: Record<Part, { onPart: number; variants: Record<string, number> }>;
}

const WHERE = 'partDetectors';

/**
 * Do filters of a layer find parts, such as the eyes of a face? For each filter: is its largest answer on the part, in the
 * images that excite it most; and does that answer fall when nothing but the part is taken away? Answers below 0 count as
 * 0, as behind ReLU. What belongs to a filter (its part, where it looks) is chosen on images 0, 2, 4 and so on, and scored on
 * the others.
 *
 *     const { filters } = partDetectors(model, 'conv3', { images, masks: { eye }, without: { eye: blind } });
 *     const controls = untrained.flatMap((model) => partDetectors(model, 'conv3', ...).filters);
 *     const { eye } = aboveThresholds(filters, partThresholds(controls));
 *
 * In the spirit of Bau, Zhou, Khosla, Oliva and Torralba 2017, "Network Dissection", https://arxiv.org/abs/1704.05796, which
 * compares whole maps with masks (IoU); here the place of the largest answer counts, because a filter in front of a maximum
 * need not answer everywhere on its part, and the change of the image, which their photographs do not have.
 * @param layer a path of `model.namedModules()` with an output [N, C, h, w], in a Sequential (see `receptiveField`)
 * @param given images, masks, and the same images without each part
 * @throws ArgumentError for options out of range, an unknown layer, or one without rows and columns; ShapeError for images and
 * masks that do not belong together
 */
export function partDetectors<Part extends string>(
  model: Module,
  layer: string,
  given: PartImages<Part>,
  options: PartDetectorsOptions = {},
): PartDetection<Part> {
  const settings = readOptions(WHERE, options, { top: 100, cell: 4, margin: 0, reach: 6, step: 3, batchSize: 100 });
  const { top } = settings;
  for (const name of ['top', 'cell', 'step'] as const) {
    checkNumber(WHERE, name, settings[name], { least: 1, whole: true });
  }
  for (const name of ['margin', 'reach'] as const) {
    checkNumber(WHERE, name, settings[name], { least: 0, whole: true });
  }
  const parts = checkPartImages(WHERE, given);
  const squares = squaresOf(given.images, settings);
  const answersTo = (images: Dataset) => answers(model, layer, images, squares, settings.batchSize);
  const found = answersTo(given.images);
  const fallen = new Map(parts.map((part) => [part, answersTo(given.without[part])]));
  const variants = Object.entries(given.variants ?? {}).map(([name, { images, masks }]) => {
    return { name, masks, found: answersTo(images) };
  });
  const offsets = offsetsWithin(settings.reach, settings.step);
  const halves = [0, 1].map((first) => everySecond(given.images.length, first));

  const filters = found.map((answer, channel): PartDetector<Part> => {
    const [seen, unseen] = halves.map((half) => strongest(answer, half, top));
    const isOn = (mask: ArrayLike<number>, image: number, offset: Offset, of = answer) =>
      of.values[image] > 0 && squares.meets(mask, image, of.squares[image], offset);
    const on = (mask: ArrayLike<number>, images: readonly number[], offset: Offset, of = answer) =>
      share(images, (i) => isOn(mask, i, offset, of));
    const falls = (images: readonly number[]) =>
      new Map(parts.map((part) => [part, fallOf(answer, fallen.get(part)![channel], images)]));
    const [fallSeen, fallUnseen] = [falls(seen), falls(unseen)];
    const looksAt = new Map(
      parts.map((part) => [part, largestBy(offsets, (offset) => on(given.masks[part], seen, offset))]),
    );
    const scored = (images: readonly number[], fall: Map<Part, number>) =>
      recordOf(parts, (part): PartScore => {
        const offset = looksAt.get(part)!;
        const others = parts.filter((other) => other !== part).map((other) => fall.get(other)!);
        const onPart = on(given.masks[part], images, offset);
        return { offset, onPart, fall: fall.get(part)!, others: others.length > 0 ? Math.max(...others) : 0 };
      });
    const most = largestBy(parts, (part) => fallSeen.get(part)!);
    const part = fallSeen.get(most)! > 0 ? most : null;
    const offset = looksAt.get(most)!;
    return {
      channel,
      part,
      scores: scored(unseen, fallUnseen),
      chosen: scored(seen, fallSeen),
      variants: Object.fromEntries(
        variants.map(({ name, masks, found: there }) => {
          const images = strongest(there[channel], halves[1], top);
          return [name, part === null ? 0 : on(masks[part], images, offset, there[channel])];
        }),
      ),
      distractors: given.distractors ? on(given.distractors, unseen, offset) : 0,
      top: unseen.map((image): PartAnswer => {
        const [row, column] = [Math.floor(answer.units[image] / answer.columns), answer.units[image] % answer.columns];
        const onPart = part !== null && isOn(given.masks[part], image, offset);
        return { image, value: answer.values[image], row, column, onPart };
      }),
    };
  });

  const every = [...Array(squares.count).keys()];
  const all = [...halves[0], ...halves[1]];
  const onSquare = (mask: ArrayLike<number>, images: readonly number[], square: number) =>
    share(images, (i) => squares.meets(mask, i, square, CENTER));
  return {
    filters,
    chance: recordOf(parts, (part) => {
      const shares = every.map((square) => onSquare(given.masks[part], all, square));
      return shares.reduce((sum, each) => sum + each, 0) / shares.length;
    }),
    prior: recordOf(parts, (part) => {
      const best = largestBy(every, (square) => onSquare(given.masks[part], halves[0], square));
      return {
        onPart: onSquare(given.masks[part], halves[1], best),
        variants: Object.fromEntries(
          variants.map(({ name, masks }) => [name, onSquare(masks[part], halves[1], best)] as const),
        ),
      };
    }),
  };
}

/** What a filter has to exceed to count as a detector of a part. */
export interface PartThreshold {
  onPart: number;
  fall: number;
}

/**
 * What only one in a hundred units of control networks exceeds, for each part: of all units, whatever their own part is.
 * @param controls filters of networks that should not detect parts, such as untrained ones; other networks than those that
 * are then counted
 * @param level the quantile, from 0 to 1
 * @throws ArgumentError when there are none
 */
export function partThresholds<Part extends string>(
  controls: readonly PartDetector<Part>[],
  level = 0.99,
): Record<Part, PartThreshold> {
  const where = 'partThresholds';
  checkNumber(where, 'the level', level, { least: 0, most: 1 });
  if (controls.length === 0) throw new ArgumentError(where, 'expected at least one filter of a control');
  return recordOf(Object.keys(controls[0].scores) as Part[], (part) => {
    const [onPart, fall] = (['onPart', 'fall'] as const).map((name) => {
      const sorted = controls.map(({ scores }) => scores[part][name]).sort((a, b) => a - b);
      return quantile(sorted, level);
    });
    return { onPart, fall };
  });
}

/** For each part the filters whose part it is and that exceed both thresholds. */
export function aboveThresholds<Part extends string>(
  filters: readonly PartDetector<Part>[],
  thresholds: Readonly<Record<Part, PartThreshold>>,
): Record<Part, PartDetector<Part>[]> {
  return recordOf(Object.keys(thresholds) as Part[], (name) =>
    filters.filter(({ part, scores }) => {
      const { onPart, fall } = thresholds[name];
      return part === name && scores[name].onPart > onPart && scores[name].fall > fall;
    }),
  );
}

type Offset = readonly [down: number, right: number];
const CENTER: Offset = [0, 0];

type Squares = ReturnType<typeof squaresOf>;

/** The squares that an image is divided into, without its margin, row by row. */
function squaresOf({ inputShape }: Dataset, { cell, margin }: { cell: number; margin: number }) {
  const [, height, width] = inputShape;
  const [rows, columns] = [height, width].map((size) => Math.floor((size - 2 * margin) / cell));
  if (rows < 1 || columns < 1) {
    throw new ArgumentError(WHERE, `a margin of ${margin} leaves no square of ${cell} pixels in ${height}x${width}`);
  }
  return {
    count: rows * columns,
    /** The square in which a point lies; -1 when it lies in none. */
    at(y: number, x: number): number {
      const [row, column] = [Math.floor((y - margin) / cell), Math.floor((x - margin) / cell)];
      return row < 0 || column < 0 || row >= rows || column >= columns ? -1 : row * columns + column;
    },
    /** Whether a mask has a pixel in a square that is moved by an offset. */
    meets(mask: ArrayLike<number>, image: number, square: number, [down, right]: Offset): boolean {
      const top = margin + Math.floor(square / columns) * cell + down;
      const left = margin + (square % columns) * cell + right;
      for (let y = Math.max(0, top); y < Math.min(height, top + cell); y++) {
        for (let x = Math.max(0, left); x < Math.min(width, left + cell); x++) {
          if (mask[(image * height + y) * width + x] > 0) return true;
        }
      }
      return false;
    },
  };
}

/** A filter's largest answer to each image, at least 0, the unit that gives it, and the square in which that is. */
interface Answers {
  values: Float64Array;
  units: Int32Array;
  squares: Int32Array;
  /** Of the filter's map. */
  columns: number;
}

function answers(model: Module, layer: string, images: Dataset, squares: Squares, batchSize: number): Answers[] {
  const { size, stride, start } = receptiveField(model, layer, images.inputShape);
  if (stride[0] === 0) {
    throw new ArgumentError(WHERE, `expected a layer with rows and columns, got '${layer}', whose units see all`);
  }
  const found: Answers[] = [];
  let places: number[] = [];
  eachMap(WHERE, model, layer, images, batchSize, (map, image, channel, { channels, rows, columns }) => {
    if (found.length === 0) {
      for (let c = 0; c < channels; c++) {
        const [units, inSquares] = [new Int32Array(images.length), new Int32Array(images.length)];
        found.push({ values: new Float64Array(images.length), units, squares: inSquares, columns });
      }
      const center = (axis: number, unit: number) => start[axis] + unit * stride[axis] + (size[axis] - 1) / 2;
      places = Array.from({ length: rows * columns }, (_, i) =>
        squares.at(center(0, Math.floor(i / columns)), center(1, i % columns)),
      );
    }
    const { values, units, squares: inSquares } = found[channel];
    for (let i = 0; i < map.length; i++) {
      if (Number.isNaN(map[i])) throw new ArgumentError(WHERE, `the output of '${layer}' is NaN`);
      if (places[i] < 0 || !(map[i] > values[image])) continue;
      values[image] = map[i];
      units[image] = i;
      inSquares[image] = places[i];
    }
  });
  return found;
}

/** Where a filter may look, the nearest to its field's center first. */
function offsetsWithin(reach: number, step: number): Offset[] {
  const most = Math.floor(reach / step);
  const along = Array.from({ length: 2 * most + 1 }, (_, i) => (i - most) * step);
  const all = along.flatMap((down) => along.map((right): Offset => [down, right]));
  return all.sort(([a, b], [c, d]) => a * a + b * b - c * c - d * d);
}

/** The images of a list that excite a filter most. */
function strongest({ values }: Answers, images: readonly number[], count: number): number[] {
  return [...images].sort((a, b) => values[b] - values[a] || a - b).slice(0, count);
}

function fallOf(before: Answers, after: Answers, images: readonly number[]): number {
  const total = ({ values }: Answers) => images.reduce((sum, i) => sum + values[i], 0);
  const whole = total(before);
  return whole > 0 ? 1 - total(after) / whole : 0;
}

const everySecond = (count: number, first: number) =>
  Array.from({ length: Math.ceil((count - first) / 2) }, (_, i) => first + 2 * i);

const share = <T>(items: readonly T[], holds: (item: T) => boolean) => items.filter(holds).length / items.length;

/** The first of those of which `measure` is largest. */
function largestBy<T>(items: readonly T[], measure: (item: T) => number): T {
  const measured = items.map(measure);
  return items[measured.indexOf(Math.max(...measured))];
}

function recordOf<Key extends string, Value>(keys: readonly Key[], value: (key: Key) => Value): Record<Key, Value> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<Key, Value>;
}
