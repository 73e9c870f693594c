/** What there is to see of each filter of example 06's network; every picture in it is a square. */
import { Conv2D, type Dataset, Dense, type Sequential, tensor } from '../../../src/index.js';
import {
  featureMaps,
  maximize,
  type Patch,
  patchOf,
  receptiveField,
  type TopActivation,
  topActivations,
} from '../../../src/inspect/index.js';
import { type Ingredient, ingredients, meanOf, seenFrom, seenOnAverage } from './ingredients.js';

/** [size, size] */
export interface Square {
  values: ArrayLike<number>;
  size: number;
}

export interface Study {
  /** The input that excites it most, found by gradient ascent, as far as the filter sees. */
  madeUp: Square;
  /** The nine patches of different images that excite it most; for a score, all images of its digit. */
  patches: Square[];
  /** Of the patches. */
  mean: Square;
  /** By how much its output is higher there than at an average place; for a score, than for other digits. */
  rise: number;
  /** What the rise is made of. */
  combines: Ingredient[];
}

const PATCHES = 9;

/** What excites a filter of a convolution most: so many images, each with its best place. */
export function topOf(model: Sequential, layer: string, channel: number, images: Dataset, count = PATCHES) {
  return topActivations(model, layer, channel, images, { count });
}

/** The patches of these places. */
export function patchesOf(top: readonly TopActivation[], images: Dataset): Square[] {
  return top.map(({ index, patch }) => cut(images.input(index), images.inputShape[2], patch));
}

export function meanSquare(squares: readonly Square[]): Square {
  return { values: meanOf(squares.map(({ values }) => values)), size: squares[0].size };
}

/** What a layer makes of each image. */
function mapsOf(model: Sequential, layer: string, images: Dataset) {
  const image = (i: number) => tensor(images.input(i), { shape: images.inputShape });
  return Array.from(images.labels, (_, i) => featureMaps(model, image(i), layer));
}

function cut(image: ArrayLike<number>, imageWidth: number, { top, left, width }: Patch): Square {
  const pixel = (i: number) => image[(top + Math.floor(i / width)) * imageWidth + left + (i % width)];
  return { values: Array.from({ length: width * width }, (_, i) => pixel(i)), size: width };
}

function madeUp(model: Sequential, layer: string, channel: number, { inputShape }: Dataset): Square {
  const { values, row, column } = maximize(model, layer, channel, { inputShape });
  const patch = patchOf(receptiveField(model, layer, inputShape), row, column, inputShape);
  return cut(values, inputShape[2], patch);
}

/**
 * The filters of a convolution: what excites each most, and what it combines there of the channels of `below`, the layer
 * that it reads.
 */
export function studyFilters(model: Sequential, layer: string, below: string, images: Dataset): Study[] {
  const { weight, outChannels } = model.at(layer, Conv2D);
  const size = weight.size / outChannels;
  const maps = mapsOf(model, below, images);
  const average = meanOf(maps.map(seenOnAverage));
  return Array.from({ length: outChannels }, (_, channel) => {
    const top = topOf(model, layer, channel, images);
    const patches = patchesOf(top, images);
    const best = meanOf(top.map(({ index, row, column }) => seenFrom(maps[index], row, column)));
    return {
      madeUp: madeUp(model, layer, channel, images),
      patches,
      mean: meanSquare(patches),
      ...ingredients(weight.data.subarray(channel * size, (channel + 1) * size), best, average),
    };
  });
}

/**
 * The scores of the digits. On maps of 3x3 places a dense layer is a convolution with one place only, and a score is a
 * filter; its best places are the images of its digit, and they are compared with those of the others.
 */
export function studyScores(model: Sequential, layer: string, below: string, images: Dataset): Study[] {
  const { weight } = model.at(layer, Dense);
  const [digits, size] = weight.shape;
  const seen = mapsOf(model, below, images).map((maps) => seenFrom(maps, 0, 0));
  return Array.from({ length: digits }, (_, digit) => {
    const own = Array.from(images.labels.keys()).filter((i) => images.labels[i] === digit);
    const others = seen.filter((_, i) => images.labels[i] !== digit);
    const patches = own.map((i): Square => ({ values: images.input(i), size: images.inputShape[2] }));
    const weights = weight.data.subarray(digit * size, (digit + 1) * size);
    return {
      madeUp: madeUp(model, layer, digit, images),
      patches,
      mean: meanSquare(patches),
      ...ingredients(weights, meanOf(own.map((i) => seen[i])), meanOf(others)),
    };
  });
}
