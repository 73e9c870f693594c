/** The four pictures of example 08. */
import type { AnimalFaces } from '../../../datasets/index.js';
import { type Dataset, type Sequential, tensor } from '../../../src/index.js';
import {
  aboveThresholds,
  activations,
  type Panel,
  type PanelRow,
  type PartAnswer,
  type PartDetection,
  type PartDetector,
  type PartImages,
  type Picture,
  panelGrid,
  patchOf,
  receptiveField,
} from '../../../src/inspect/index.js';
import { bestOf, figuresOf, type Thresholds, withHalf } from './analysis.js';
import { kindOf, PARTS, type Part } from './drawings.js';

export interface Study {
  model: Sequential;
  untrained: Sequential;
  /** By layer, trained and untrained. */
  found: PartDetection<Part>[];
  twin: PartDetection<Part>[];
  thresholds: Thresholds;
  unseen: AnimalFaces & { given: PartImages<Part> };
  /** What the network says of the unseen drawings. */
  predictions: ArrayLike<number>;
}

type Detector = PartDetector<Part>;
const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
/** How far the answers fall: '−93%', or '+4%' where they rise. */
const fallen = (fall: number) => `${fall < 0 ? '+' : '−'}${percent(Math.abs(fall))}`;
const PLURAL = { eye: 'eyes', nose: 'nose', ear: 'ears' };

/** A drawing, or a piece of it, as light and dark as it is. */
function inkOf(values: ArrayLike<number>, height: number, width: number, label = ''): Panel {
  return { values: Array.from(values, (value) => 0.5 - value), height, width, colors: 'ink', label };
}

/** What a unit sees. */
function cut(model: Sequential, layer: string, images: Dataset, { image, row, column }: PartAnswer) {
  const { top, left, height, width } = patchOf(
    receptiveField(model, layer, images.inputShape),
    row,
    column,
    [1, 64, 64],
  );
  const pixels = images.input(image);
  const values = Array.from({ length: height * width }, (_, i) => {
    return pixels[(top + Math.floor(i / width)) * 64 + left + (i % width)];
  });
  return { values, height, width };
}

function patches(model: Sequential, layer: string, { top }: Detector, { data }: AnimalFaces, count: number): Panel[] {
  return top.slice(0, count).map((answer) => {
    const { values, height, width } = cut(model, layer, data, answer);
    return inkOf(values, height, width);
  });
}

/** The kind of the part that most of its twelve strongest drawings have. */
function commonestKind({ top }: Detector, part: Part, { truth }: AnimalFaces): string {
  const kinds = top.slice(0, 12).map(({ image }) => kindOf(part, truth[image]));
  const count = (kind: string) => kinds.filter((each) => each === kind).length;
  return kinds.reduce((best, kind) => (count(kind) > count(best) ? kind : best));
}

/** The best filter of each part, and the best of those that answer to another kind of it; if none does, the second best. */
function shownFilters({ found, unseen }: Study): { part: Part; kind: string; filter: Detector }[] {
  return PARTS.flatMap((part) => {
    const all = bestOf(found[2].filters, part).map((filter) => {
      return { part, kind: commonestKind(filter, part, unseen), filter };
    });
    const other = all.find(({ kind }) => kind !== all[0].kind) ?? all[1];
    return other ? [all[0], other] : [all[0]];
  });
}

/** Picture 1: what excites the best filters of layer 3. */
export function patchesPicture(study: Study): Picture {
  const rows = shownFilters(study).map(({ part, kind, filter }): PanelRow => {
    const { onPart, fall, others, turnedOver } = figuresOf(filter, part);
    const lines = [
      `filter ${filter.channel}: ${kind} ${part}`,
      `on the ${part}: ${percent(onPart)} of its top 100`,
      `without ${PLURAL[part]}: ${fallen(fall)} (others ${fallen(others)})`,
      turnedOver === null ? '' : `face turned over: ${percent(turnedOver)}`,
    ];
    return { label: lines.join('\n'), panels: patches(study.model, 'conv3', filter, study.unseen, 12) };
  });
  const title =
    'The pieces of unseen drawings, one a drawing, that excite a filter of layer 3 most. Only the names of the animals were told.';
  return panelGrid(rows, { title, panelSize: 80 });
}

/** Picture 2: the best filter of each part in each layer, and in the untrained network. */
export function layersPicture({ model, untrained, found, twin, unseen }: Study): Picture {
  const rows = PARTS.flatMap((part) =>
    (
      [
        [model, 'conv1', found[0], 'layer 1'],
        [model, 'conv2', found[1], 'layer 2'],
        [model, 'conv3', found[2], 'layer 3'],
        [untrained, 'conv3', twin[2], 'layer 3, untrained'],
      ] as const
    ).map(([net, layer, { filters }, name]): PanelRow => {
      const [best] = bestOf(filters, part);
      const { onPart, fall } = figuresOf(best, part);
      const label = `best ${part} filter, ${name}\non the ${part} ${percent(onPart)}, without ${PLURAL[part]} ${fallen(fall)}`;
      return { label, panels: patches(net, layer, best, unseen, 14) };
    }),
  );
  const title =
    'The best eye, nose and ear filter of each layer: the pieces of unseen drawings that excite it most.\n' +
    'A filter of layer 1 sees 5x5 pixels, one of layer 2 10x10, one of layer 3 20x20.';
  return panelGrid(rows, { title, panelSize: 60 });
}

/** Blue, vermilion, green: also told apart by who sees fewer colors. */
const COLORS: Record<Part, readonly [number, number, number]> = {
  eye: [0, 0.45, 0.9],
  nose: [0.9, 0.35, 0],
  ear: [0, 0.65, 0.4],
};
/** An answer is shown when it is above this share of the mean of the filter's twenty strongest answers. */
const SHOWN = 0.7;
const FACES = 24;

/** Picture 3: where the filters above the controls answer on single faces; the first as they come, and some where an answer is wrong. */
export function facesPicture(study: Study): Picture {
  const { model, unseen, predictions } = study;
  const { data, masks } = unseen;
  const above = aboveThresholds(study.found[2].filters, withHalf(study.thresholds));
  const all = PARTS.flatMap((part) => above[part].map((filter) => ({ part, filter })));
  const shown = all.map(({ part, filter }) => {
    const strongest = filter.top.slice(0, 20).map(({ value }) => value);
    const mean = strongest.reduce((sum, value) => sum + value, 0) / strongest.length;
    return { part, filter, limit: SHOWN * mean };
  });
  const first = Math.min(300, data.length);
  const { conv3 } = activations(model, tensor(data.take(first).inputs, { shape: [first, 1, 64, 64] }), ['conv3']);
  const maps = conv3[0].data;
  const answersOn = (image: number) =>
    shown.flatMap(({ part, filter, limit }) => {
      const { offset } = filter.scores[part];
      const map = maps.subarray((image * 32 + filter.channel) * 144, (image * 32 + filter.channel + 1) * 144);
      return Array.from(map.keys()).flatMap((at) => {
        if (!(map[at] > limit) || limit <= 0) return [];
        const [top, left] = [8 + 4 * Math.floor(at / 12) + offset[0], 8 + 4 * (at % 12) + offset[1]];
        return [{ part, top, left, right: touches(masks[part], image, top, left) }];
      });
    });
  const panelOf = (image: number): Panel => {
    const pixels = data.input(image);
    const values = Float64Array.from({ length: 3 * 4096 }, (_, i) => pixels[i % 4096] + 0.5);
    for (const { part, top, left } of answersOn(image)) {
      // A frame of 8x8 pixels around the square, so that what is in it can be seen.
      for (let i = 0; i < 64; i++) {
        const [y, x] = [Math.floor(i / 8), i % 8];
        if (y > 0 && y < 7 && x > 0 && x < 7) continue;
        const [down, right] = [top - 2 + y, left - 2 + x];
        if (down < 0 || right < 0 || down > 63 || right > 63) continue;
        for (let c = 0; c < 3; c++) values[c * 4096 + down * 64 + right] = COLORS[part][c];
      }
    }
    const [is, said] = [data.labels[image], predictions[image]].map((label) => data.classNames[label]);
    const label = is === said ? is : `${is}, called ${said}`;
    return { values, height: 64, width: 64, colors: 'image', label };
  };
  const every = Array.from({ length: first }, (_, image) => image);
  const wrong = every.slice(FACES).filter((image) => answersOn(image).some(({ right }) => !right));
  const rows: PanelRow[] = [
    { label: 'the first 24\nunseen drawings,\nas they come', panels: every.slice(0, FACES).map(panelOf) },
    { label: 'of the next ones\nthose with an answer\noff its part', panels: wrong.slice(0, 8).map(panelOf) },
  ];
  const title =
    'Where the filters above the controls answer: eye filters blue, nose filters orange, ear filters green.\n' +
    `Shown is what is above ${percent(SHOWN)} of a filter's strongest answers. Below a drawing: its name, and what the network says where that is wrong.`;
  return panelGrid(
    rows.filter(({ panels }) => panels.length > 0),
    { title, panelSize: 128, columns: 8 },
  );
}

/** Whether a mask has a pixel in a square of 4x4. */
function touches(mask: Uint8Array, image: number, top: number, left: number): boolean {
  for (let i = 0; i < 16; i++) {
    const [y, x] = [top + Math.floor(i / 4), left + (i % 4)];
    if (y >= 0 && x >= 0 && y < 64 && x < 64 && mask[image * 4096 + y * 64 + x] > 0) return true;
  }
  return false;
}

/** Picture 4: every filter of layer 3, six pieces each: also mixtures, and those that answer to nothing. */
export function allFiltersPicture({ model, found, thresholds, unseen }: Study): Picture {
  const { filters } = found[2];
  const above = aboveThresholds(filters, withHalf(thresholds));
  const panelOf = (filter: Detector): Panel => {
    const { part, scores, top, channel } = filter;
    const [rows, columns, size] = [2, 3, 20];
    const [height, width] = [rows * (size + 1) - 1, columns * (size + 1) - 1];
    const values = new Float64Array(height * width); // White between the pieces.
    const strongest = part === null ? [] : top.slice(0, rows * columns); // Of a blank one all are equal.
    strongest.forEach((answer, k) => {
      const { values: patch } = cut(model, 'conv3', unseen.data, answer);
      const [y, x] = [Math.floor(k / columns) * (size + 1), (k % columns) * (size + 1)];
      patch.forEach((value, i) => {
        values[(y + Math.floor(i / size)) * width + x + (i % size)] = 0.5 - value;
      });
    });
    const lines =
      part === null
        ? `filter ${channel}: nothing`
        : `filter ${channel}\non the ${part} ${percent(scores[part].onPart)}\nwithout ${fallen(scores[part].fall)} (${fallen(scores[part].others)})`;
    return { values, height, width, colors: 'ink', label: lines };
  };
  const counted = new Set(PARTS.flatMap((part) => above[part]));
  const order = (list: Detector[], part: Part) => bestOf(list, part);
  const rows: PanelRow[] = PARTS.map((part) => {
    const panels = above[part].length > 0 ? order(above[part], part).map(panelOf) : [];
    return { label: `${part} filters\nabove the controls`, panels };
  });
  const rest = filters.filter((filter) => !counted.has(filter));
  rows.push({ label: 'all others:\nmixtures, edges\nand blanks', panels: rest.map(panelOf) });
  const title =
    'All 32 filters of layer 3: the six pieces of unseen drawings that excite each most. Below each, in how many of its top 100 its answer\n' +
    'is on the part without which it falls most, and by how much it falls without it (and at most without another part).';
  return panelGrid(
    rows.filter(({ panels }) => panels.length > 0),
    { title, panelSize: 126, columns: 8 },
  );
}
