/** What a link says beside the settings: the image, the filter and the place of "Take a convolution apart". */
import { handMadeFilters } from '../../../../src/inspect/index.js';
import {
  FILTER_SIZES,
  FIRST,
  type FilterChoice,
  type ImageChoice,
  type LabState,
  MOST_WEIGHT,
  OWN_SIZE,
  PHOTOGRAPHS,
  sizeOfImage,
} from '../convolution/choices.js';
import { planWalk, RANGES, type Sliding, type SquareFilter } from '../convolution/walk.js';
import type { Settings } from './settings.js';

/** What an address says; what it does not say is undefined. */
export interface Link {
  lab: Partial<LabState>;
  /** The filter that the inspector shows. */
  inspected?: number;
}

/** Digits that the card offers. */
const DIGITS = 10;
const WHITE = 255;
const KERNELS = [3, 5, 7];
const STILL: Sliding = { stride: 1, padding: 0, dilation: 1 };

/**
 * Reads what an address says beside the settings.
 * @param query such as '?image=digit-3&filter=learned-4&place=7,9'
 * @returns null as `link` when it says nothing; and the keys whose values cannot be
 */
export function readLink(query: string, settings: Settings): { link: Link | null; refused: string[] } {
  const given = new URLSearchParams(query);
  const refused: string[] = [];
  let said = 0;
  const read = <Value>(key: string, parse: (text: string) => Value | null): Value | undefined => {
    const text = given.get(key);
    if (text === null) return undefined;
    said++;
    const value = parse(text);
    if (value === null) refused.push(key);
    return value ?? undefined;
  };
  const image = read('image', readImage);
  const filter = read('filter', (text) => readFilter(text, settings));
  const sliding = { ...STILL };
  for (const { key, least, most } of RANGES) {
    sliding[key] = read(key, (text) => readWhole(text, least, most)) ?? sliding[key];
  }
  const rectify = read('relu', (text) => (text === '1' ? true : null));
  const gray = read('look', (text) => (text === 'gray' ? true : text === 'colors' ? false : null));
  const inspected = read('inspect', (text) => readWhole(text, 0, settings.filters - 1));
  const position = read('place', (text) => {
    // Of another image it is another place.
    if (refused.length > 0) return null;
    const { outSize } = planWalk(
      sizeOfImage(image?.choice ?? { kind: 'tutorial' }),
      sizeOfFilter(filter ?? FIRST, settings),
      sliding,
    );
    const [row, column, ...more] = text.split(',').map((part) => readWhole(part, 1, outSize));
    return row && column && more.length === 0 ? (row - 1) * outSize + column - 1 : null;
  });
  if (said === 0) return { link: null, refused };
  const own = image?.own;
  return { link: { lab: { image: image?.choice, own, filter, sliding, rectify, gray, position }, inspected }, refused };
}

/** Whether a link can say which image it is; it cannot carry a file. */
export function isCarried(image: ImageChoice): boolean {
  return writeImage(image, new Float32Array(0)) !== null;
}

/** What an address must say for this, without '?'; '' when all of it is as at the beginning. */
export function writeLink(state: LabState, inspected: number, settings: Settings): string {
  const query = new URLSearchParams();
  const image = writeImage(state.image, state.own.values);
  if (image) query.set('image', image);
  const filter = writeFilter(state.filter);
  if (filter !== writeFilter(FIRST)) query.set('filter', filter);
  for (const { key } of RANGES) if (state.sliding[key] !== STILL[key]) query.set(key, String(state.sliding[key]));
  if (state.rectify) query.set('relu', '1');
  if (state.gray !== null) query.set('look', state.gray ? 'gray' : 'colors');
  if (inspected !== 0) query.set('inspect', String(inspected));
  const { outSize } = planWalk(sizeOfImage(state.image), sizeOfFilter(state.filter, settings), state.sliding);
  if (image !== null && outSize > 0 && (state.position > 0 || query.size > 0)) {
    query.set('place', `${Math.floor(state.position / outSize) + 1},${(state.position % outSize) + 1}`);
  }
  return query.toString().replaceAll('%2C', ',');
}

/** Settings, as they stand in an address, and what `writeLink` says. */
export function queryOf(settings: string, link: string): string {
  return link === '' ? settings : `${settings === '' ? '?' : `${settings}&`}${link}`;
}

function writeImage(image: ImageChoice, own: Float32Array): string | null {
  switch (image.kind) {
    case 'tutorial':
      return '';
    case 'digit':
      return `digit-${image.index}`;
    case 'photograph':
      return image.name;
    case 'own':
      return `own-${numbersOf(own)}`;
    default:
      return null;
  }
}

function readImage(text: string): { choice: ImageChoice; own?: LabState['own'] } | null {
  const name = PHOTOGRAPHS.find((each) => each === text);
  if (name) return { choice: { kind: 'photograph', name } };
  const [kind, rest] = parted(text);
  if (kind === 'digit') {
    const index = readWhole(rest, 0, DIGITS - 1);
    return index === null ? null : { choice: { kind: 'digit', index } };
  }
  const values = kind === 'own' ? readNumbers(rest, 0, WHITE) : null;
  if (values?.length !== OWN_SIZE ** 2) return null;
  return { choice: { kind: 'own' }, own: { values, size: OWN_SIZE, white: WHITE } };
}

function writeFilter(choice: FilterChoice): string {
  if (choice.kind === 'hand') return `${slug(choice.name)}-${choice.size}`;
  return choice.kind === 'learned' ? `learned-${choice.index}` : `typed-${numbersOf(choice.filter.values)}`;
}

function readFilter(text: string, { filters }: Settings): FilterChoice | null {
  const [kind, rest] = parted(text);
  if (kind === 'learned') {
    const index = readWhole(rest, 0, filters - 1);
    return index === null ? null : { kind, index };
  }
  if (kind === 'typed') {
    const values = readNumbers(rest, -MOST_WEIGHT, MOST_WEIGHT);
    const size = KERNELS.find((each) => each ** 2 === values?.length);
    return values && size ? { kind, filter: { values, size } } : null;
  }
  for (const size of FILTER_SIZES) {
    const found = handMadeFilters(size).find(({ name }) => `${slug(name)}-${size}` === text);
    if (found) return { kind: 'hand', name: found.name, size };
  }
  return null;
}

function sizeOfFilter(choice: FilterChoice, { kernelSize }: Settings): SquareFilter['size'] {
  return choice.kind === 'hand' ? choice.size : choice.kind === 'typed' ? choice.filter.size : kernelSize;
}

/** 'diagonal edge \ (Sobel)' as 'diagonal-edge-down-sobel'. */
function slug(name: string): string {
  const plain = name.toLowerCase().replace('\\', 'down').replace('/', 'up');
  return plain.replace(/[^a-z]+/g, '-').replace(/^-|-$/g, '');
}

/** Before the first '-', and behind it. */
function parted(text: string): [kind: string, rest: string] {
  const at = text.indexOf('-');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function readWhole(text: string, least: number, most: number): number | null {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : null;
}

/** Numbers of single precision in as few digits as tell them from all others. */
function numbersOf(values: Float32Array): string {
  const shortest = (value: number) => {
    for (let digits = 1; digits < 9; digits++) {
      const text = Number(value.toPrecision(digits));
      if (Math.fround(text) === value) return text;
    }
    return value;
  };
  return Array.from(values, (value) => String(shortest(value))).join('_');
}

function readNumbers(text: string, least: number, most: number): Float32Array | null {
  const numbers = text.split('_').map((part) => (part === '' ? Number.NaN : Number(part)));
  return numbers.every((each) => each >= least && each <= most) ? Float32Array.from(numbers) : null;
}
