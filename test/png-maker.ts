import { deflateSync } from 'node:zlib';
import { crc32 } from '../src/inspect/pictures/png.js';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** Samples a pixel of each color type. */
export const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const word = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

/** A chunk with its checksum. */
export function chunk(type: string, content: ArrayLike<number>): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), Uint8Array.from(content)]);
  return Buffer.concat([Uint8Array.from(word(content.length)), body, Uint8Array.from(word(crc32(body)))]);
}

export interface PngParts {
  width: number;
  height: number;
  depth?: number;
  color?: number;
  interlaced?: boolean;
  /** The value of a sample; 0 unless given. */
  sample?: (x: number, y: number, c: number) => number;
  /** The filter of each row, in turn; no filter unless given. */
  filters?: number[];
  palette?: number[];
  transparent?: number[];
}

/** A PNG of any kind. */
export function makePng(parts: PngParts): Buffer {
  return assemblePng(parts, deflateSync(rowsOf(parts)));
}

/** A PNG with these packed data, whatever they are. */
export function assemblePng(parts: PngParts, packed: Uint8Array): Buffer {
  const { width, height, depth = 8, color = 0, interlaced = false, palette, transparent } = parts;
  return Buffer.concat([
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', [...word(width), ...word(height), depth, color, 0, 0, interlaced ? 1 : 0]),
    palette ? chunk('PLTE', palette) : Buffer.alloc(0),
    transparent ? chunk('tRNS', transparent) : Buffer.alloc(0),
    chunk('IDAT', packed),
    chunk('IEND', []),
  ]);
}

/** The rows of all passes, filtered. */
export function rowsOf(parts: PngParts): Buffer {
  const { width, height, depth = 8, color = 0, interlaced, sample = () => 0, filters = [0] } = parts;
  const samples = SAMPLES[color];
  const step = Math.max(1, (samples * depth) >> 3);
  // The letters of the specification's picture of Adam7, which pass each pixel of a block of 8 x 8 is of.
  const BLOCK = ['16462646', '77777777', '56565656', '77777777', '36463646', '77777777', '56565656', '77777777'];
  const rows: Buffer[] = [];
  let count = 0;
  for (const pass of interlaced ? '1234567' : ' ') {
    let above: Uint8Array | null = null;
    for (let y = 0; y < height; y++) {
      const columns = Array.from({ length: width }, (_, x) => x).filter(
        (x) => !interlaced || BLOCK[y % 8][x % 8] === pass,
      );
      if (columns.length === 0) continue;
      const bits = columns
        .flatMap((x) => Array.from({ length: samples }, (_, c) => sample(x, y, c).toString(2).padStart(depth, '0')))
        .join('');
      const row = Uint8Array.from(bits.match(/.{1,8}/g)!, (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
      const filter = filters[count++ % filters.length];
      const stored = row.map((byte, i) => {
        const [a, b, c] = [row[i - step] ?? 0, above?.[i] ?? 0, above?.[i - step] ?? 0];
        const p = a + b - c;
        const nearest = [a, b, c].reduce((best, each) => (Math.abs(p - each) < Math.abs(p - best) ? each : best));
        return byte - [0, a, b, (a + b) >> 1, nearest][filter];
      });
      rows.push(Buffer.from([filter, ...stored]));
      above = row;
    }
  }
  return Buffer.concat(rows);
}
