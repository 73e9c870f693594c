import { deflateSync } from 'node:zlib';
import { ArgumentError, checkNumber, readOptions, ShapeError } from '../errors.js';
import type { Picture } from '../inspect/pictures/picture.js';
import { joined, pngChunk, pngData, pngStart, words } from '../inspect/pictures/png.js';
import { saveFile } from './files.js';

/** Options of `saveAnimation` and `animation`. */
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
 * The bytes of an animated PNG. It keeps every color, where a GIF has 256 a frame: filters
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

  const parts: Uint8Array[] = [];
  let sequence = 0;
  frames.forEach((frame, i) => {
    if (i === 0) parts.push(pngStart(frame), pngChunk('acTL', words(frames.length, 0))); // 0: it plays for ever.
    const place = words(sequence++, width, height, 0, 0);
    // The delay as a fraction of a second, in two bytes each; the frame is neither disposed of nor blended.
    parts.push(pngChunk('fcTL', place, Uint8Array.of(delays[i] >> 8, delays[i] & 255, 1000 >> 8, 1000 & 255, 0, 0)));
    const pixels = pngData(frame, deflateSync);
    parts.push(i === 0 ? pngChunk('IDAT', pixels) : pngChunk('fdAT', words(sequence++), pixels));
  });
  return joined([...parts, pngChunk('IEND')]);
}
