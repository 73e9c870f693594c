import { ArgumentError, checkNumber, optional, readOptions, ShapeError } from '../errors.js';
import type { Picture } from '../inspect/pictures/picture.js';
import { saveFile } from './files.js';

export interface AnimationOptions {
  /** How long a frame stays, in milliseconds, 1 to 65535: of every frame, or a number for each. @default 400 */
  delay?: number | readonly number[];
}

/**
 * Writes pictures of one size as an animated PNG that plays in a loop; programs that do not support it show the first.
 * @throws as `animation`; FileError when it cannot be written
 */
export async function saveAnimation(
  path: string,
  frames: readonly Picture[],
  options: AnimationOptions = {},
): Promise<void> {
  await saveFile(path, await animation(frames, options));
}

/**
 * The bytes of an animated PNG, with the package fast-png. It keeps every color, where a GIF has 256 a frame: filters
 * with a legend have more.
 * @see https://www.w3.org/TR/png-3/#apng-frame-based-animation
 * @throws ArgumentError without frames or with a delay below 1 ms; ShapeError when frames differ in size, or delays and
 * frames in number
 */
export async function animation(frames: readonly Picture[], options: AnimationOptions = {}): Promise<Uint8Array> {
  const { delay } = readOptions('animation', options, { delay: 400 });
  if (frames.length === 0) throw new ArgumentError('animation', 'expected at least one frame');
  const delays = typeof delay === 'number' ? frames.map(() => delay) : delay;
  if (delays.length !== frames.length) {
    throw new ShapeError('animation', `expected ${frames.length} delays, one a frame, got ${delays.length}`);
  }
  for (const ms of delays) checkNumber('animation', 'a delay', ms, { least: 1, most: 65_535, whole: true });
  const [{ width, height }] = frames;
  frames.forEach((frame, i) => {
    if (frame.width === width && frame.height === height) return;
    const got = `${frame.width} x ${frame.height} in frame ${i}`;
    throw new ShapeError('animation', `expected frames of one size, ${width} x ${height}, got ${got}`);
  });

  const { encode } = await optional('animation', 'fast-png', () => import('fast-png'));
  const parts: Uint8Array[] = [];
  let sequence = 0;
  frames.forEach(({ data }, i) => {
    const png = encode({ width, height, channels: 4, data }, { zlib: { level: 9 } });
    const chunks = chunksOf(png);
    if (i === 0) parts.push(png.subarray(0, 8), ...chunks.filter(({ type }) => type === 'IHDR').map(({ all }) => all));
    if (i === 0) parts.push(chunk('acTL', words(frames.length, 0))); // 0: it plays for ever.
    const place = words(sequence++, width, height, 0, 0);
    // The delay as a fraction of a second, in two bytes each; the frame is neither disposed of nor blended.
    parts.push(chunk('fcTL', place, Uint8Array.of(delays[i] >> 8, delays[i] & 255, 1000 >> 8, 1000 & 255, 0, 0)));
    for (const { all, content } of chunks.filter(({ type }) => type === 'IDAT')) {
      parts.push(i === 0 ? all : chunk('fdAT', words(sequence++), content));
    }
  });
  return Buffer.concat([...parts, chunk('IEND')]);
}

interface Chunk {
  type: string;
  content: Uint8Array;
  /** With length, type and checksum. */
  all: Uint8Array;
}

/** The chunks of a PNG file: length, type, content and checksum each, after a signature of 8 bytes. */
function chunksOf(png: Uint8Array): Chunk[] {
  const file = Buffer.from(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at < file.length; at += chunks[chunks.length - 1].all.length) {
    const end = at + 8 + file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.push({ type, content: file.subarray(at + 8, end), all: file.subarray(at, end + 4) });
  }
  return chunks;
}

function chunk(type: string, ...content: Uint8Array[]): Uint8Array {
  const body = Buffer.concat([Buffer.from(type), ...content]);
  return Buffer.concat([words(body.length - 4), body, words(checksum(body))]);
}

/** Integers of 4 bytes, big-endian. */
function words(...values: number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}

/** CRC-32, as PNG has it. Node's own came only with Node 20.15. */
function checksum(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
