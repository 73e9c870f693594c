import { bytesOfImage, emptyImage, type Image } from '../data/image.js';
import { FormatError } from '../errors.js';
import { crc32, PNG_SIGNATURE } from '../inspect/pictures/png.js';
import { mostBytes, tooLarge } from '../io/limits.js';
import { DEFLATE_RATIO, unpackZlib } from './unpack.js';

// PNG (https://www.w3.org/TR/png-3/) is read here and not with a package: what is left to one, once the header has been
// held against the data and the data are unpacked within their limit, are the five filters and the order of the pixels.
// The packages unpack without a limit or without the checksum, or fail on interlaced images below 8 bits.

interface Chunk {
  type: string;
  content: Uint8Array;
  /** With length, type and checksum. */
  all: Uint8Array;
}

interface Header {
  width: number;
  height: number;
  /** Bits a sample. */
  depth: number;
  kind: Kind;
  interlaced: boolean;
}

/** What the colors are, by the number in the header: samples a pixel, and the depths that there are. */
interface Kind {
  samples: number;
  depths: number[];
  indexed?: boolean;
}
const KINDS: (Kind | undefined)[] = [
  { samples: 1, depths: [1, 2, 4, 8, 16] },
  undefined,
  { samples: 3, depths: [8, 16] },
  { samples: 1, depths: [1, 2, 4, 8], indexed: true },
  { samples: 2, depths: [8, 16] },
  undefined,
  { samples: 4, depths: [8, 16] },
];

/** The seven passes of an interlaced image: first column and row, steps between columns and between rows. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * Decodes a PNG of any kind: gray, color or palette, 1 to 16 bits, interlaced or not. What is transparent shows white.
 * @param gray whether colors become one channel
 * @param maxBytes the most that pixels and image may take, see `UnpackOptions`
 * @throws FormatError for bytes that are no PNG or a damaged one, and for an image beyond the limit
 */
export function readPng(where: string, bytes: Uint8Array, gray: boolean, maxBytes?: number): Image {
  try {
    const chunks = pngChunks(bytes);
    const header = readHeader(chunks[0]);
    const { width, height } = header;
    const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ content }) => content));
    const size = passesOf(header).reduce((sum, { rows, rowBytes }) => sum + rows * (1 + rowBytes), 0);
    if (size > DEFLATE_RATIO * packed.length) {
      throw new Error(`${width} x ${height} pixels cannot be in ${packed.length} bytes`);
    }
    const most = mostBytes(bytes.length, maxBytes);
    if (size + bytesOfImage(width, height, gray) > most) {
      throw tooLarge(where, `an image of ${width} x ${height} pixels takes`, most);
    }
    const data = unpackZlib(packed, size);
    if (data.length < size) throw new Error(`expected ${size} bytes of pixels, got ${data.length}`);
    return paint(header, data, gray, colorsOf(chunks, header));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ERR_BUFFER_TOO_LARGE' ? 'it has more pixels than its header says' : message;
    const reason = `${bytes.length} bytes that are not one (${why})`;
    throw new FormatError(where, `expected a PNG image, got ${reason}`);
  }
}

/** The chunks of a PNG file, IHDR first and IEND last: length, type, content and checksum each, after the signature. */
function pngChunks(png: Uint8Array): Chunk[] {
  if (PNG_SIGNATURE.some((byte, i) => png[i] !== byte)) throw new Error('it does not begin as a PNG');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = PNG_SIGNATURE.length; chunks.at(-1)?.type !== 'IEND'; at += chunks[chunks.length - 1].all.length) {
    const end = at + 12 <= png.length ? at + 8 + view.getUint32(at) : Infinity;
    if (end + 4 > png.length) throw new Error('it ends within a chunk');
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (view.getUint32(end) !== crc32(png.subarray(at + 4, end))) throw new Error(`wrong checksum of ${letters(type)}`);
    chunks.push({ type, content: png.subarray(at + 8, end), all: png.subarray(at, end + 4) });
  }
  return chunks;
}

/** A type for a message, with a mark for what is no letter. */
function letters(type: string): string {
  return type.replace(/[^A-Za-z]/g, '?');
}

function readHeader({ type, content }: Chunk): Header {
  if (type !== 'IHDR' || content.length !== 13) throw new Error(`expected a header IHDR first, got ${letters(type)}`);
  const view = new DataView(content.buffer, content.byteOffset);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, color, compression, filter, interlace] = content.subarray(8);
  const kind = KINDS[color];
  if (width === 0 || height === 0) throw new Error(`${width} x ${height} pixels`);
  if (!kind?.depths.includes(depth)) throw new Error(`color type ${color} of ${depth} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    throw new Error(`compression ${compression}, filter ${filter}, interlace ${interlace}`);
  }
  return { width, height, depth, kind, interlaced: interlace === 1 };
}

/** The images that the data hold one after the other: one, or the passes of an interlaced image that are not empty. */
function passesOf({ width, height, depth, kind, interlaced }: Header) {
  return (interlaced ? ADAM7 : [[0, 0, 1, 1]])
    .map(([x, y, dx, dy]) => {
      const columns = Math.ceil((width - x) / dx);
      const rowBytes = Math.ceil((columns * kind.samples * depth) / 8);
      return { x, y, dx, dy, columns, rows: Math.ceil((height - y) / dy), rowBytes };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

/** The palette, [red, green, blue, opacity] each, and the color that is transparent. */
function colorsOf(chunks: Chunk[], { kind, depth }: Header) {
  const content = (name: string) => chunks.find(({ type }) => type === name)?.content ?? new Uint8Array(0);
  const transparent = content('tRNS');
  const colors = content('PLTE');
  const palette = Array.from({ length: Math.floor(colors.length / 3) }, (_, i) => {
    return [...colors.subarray(3 * i, 3 * i + 3), (transparent[i] ?? 255) / 255];
  });
  const samples = Array.from({ length: kind.samples }, (_, c) => {
    return ((transparent[2 * c] << 8) | transparent[2 * c + 1]) & (2 ** depth - 1);
  });
  return { palette, key: kind.samples % 2 === 1 && transparent.length === 2 * kind.samples ? samples : null };
}

function paint(header: Header, data: Uint8Array, gray: boolean, colors: ReturnType<typeof colorsOf>): Image {
  const { width, height, depth, kind } = header;
  const { palette, key } = colors;
  const { samples, indexed } = kind;
  const most = 2 ** depth - 1;
  const { image, set } = emptyImage(width, height, gray, indexed ? 255 : most);
  const pixel = [0, 0, 0, 0];
  let at = 0;
  for (const { x, y, dx, dy, columns, rows, rowBytes } of passesOf(header)) {
    for (let row = 0; row < rows; row++, at += 1 + rowBytes) {
      unfilter(data, at, rowBytes, row > 0, Math.ceil((samples * depth) / 8));
      for (let column = 0; column < columns; column++) {
        for (let c = 0; c < samples; c++) {
          const index = column * samples + c;
          if (depth === 8) pixel[c] = data[at + 1 + index];
          else if (depth === 16) pixel[c] = (data[at + 1 + 2 * index] << 8) | data[at + 2 + 2 * index];
          else pixel[c] = (data[at + 1 + ((index * depth) >>> 3)] >> (8 - depth - ((index * depth) & 7))) & most;
        }
        const p = (y + row * dy) * width + x + column * dx;
        if (indexed) {
          const color = palette[pixel[0]];
          if (!color) throw new Error(`color ${pixel[0]} of a palette of ${palette.length}`);
          set(p, color[0], color[1], color[2], color[3]);
        } else {
          const hidden = key?.every((value, c) => value === pixel[c]);
          const opacity = hidden ? 0 : samples % 2 === 0 ? pixel[samples - 1] / most : 1;
          set(p, pixel[0], pixel[samples < 3 ? 0 : 1], pixel[samples < 3 ? 0 : 2], opacity);
        }
      }
    }
  }
  return image;
}

/** Undoes a row's filter, which its first byte names: what was stored is the difference to bytes before and above. */
function unfilter(data: Uint8Array, at: number, length: number, hasAbove: boolean, step: number): void {
  const filter = data[at];
  if (filter > 4) throw new Error(`filter ${filter} of a row`);
  if (filter === 0) return;
  const above = at - 1 - length;
  for (let i = 1; i <= length; i++) {
    const a = i > step ? data[at + i - step] : 0;
    const b = hasAbove ? data[above + i] : 0;
    const c = hasAbove && i > step ? data[above + i - step] : 0;
    data[at + i] += filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : paeth(a, b, c);
  }
}

/** The one of left, above and left above that is nearest to left + above - left above. */
function paeth(a: number, b: number, c: number): number {
  const fromA = Math.abs(b - c);
  const fromB = Math.abs(a - c);
  const fromC = Math.abs(a + b - 2 * c);
  if (fromA <= fromB && fromA <= fromC) return a;
  return fromB <= fromC ? b : c;
}
