import { ArgumentError, FormatError, show } from '../errors.js';

// Zip archives (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT): each file behind a header of its own, then a
// directory of all, then where that is. Sizes of 64 bits, which large archives have, are read and not written.

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
/** Stands for a size that is told with 64 bits elsewhere. */
const ELSEWHERE = 0xffffffff;
/** How files are packed. */
const [STORED, DEFLATED] = [0, 8];
/** The flag of names in UTF-8. */
const UTF8 = 0x800;
/** 1 January 1980, the first day that there is: the same contents give the same bytes. */
const DAY = 0x21;

/** A file in a zip archive. */
export interface ZipEntry {
  method: number;
  packed: Uint8Array;
  /** Of its contents, as the archive says. */
  size: number;
  crc: number;
}

/**
 * The files of a zip archive by name, as they are packed.
 * @param where what errors name
 * @throws FormatError for bytes that are no zip archive, one that is cut off or damaged, encrypted or has a name twice
 */
export function readZip(where: string, bytes: Uint8Array): Map<string, ZipEntry> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const damaged = (detail: string) => new FormatError(where, `a damaged zip archive: ${detail}`);
  /** Where a record begins, if all of it is there. */
  const record = (at: number, signature: number, length: number, what: string) => {
    if (Number.isSafeInteger(at) && at >= 0 && at + length <= bytes.length && view.getUint32(at, true) === signature) {
      return at;
    }
    throw damaged(`no ${what} at ${at}`);
  };
  const long = (at: number) => Number(view.getBigUint64(at, true));

  const end = endOf(view);
  if (end < 0) throw damaged('it has no end, perhaps it is cut off');
  let [count, at] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR64) {
    const end64 = record(long(end - 20 + 8), END64, 56, 'end of 64 bits');
    [count, at] = [long(end64 + 32), long(end64 + 48)];
  }
  const files = new Map<string, ZipEntry>();
  for (; count > 0; count--) {
    record(at, CENTRAL, 46, 'entry of the directory');
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const [nameLength, extraLength] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true)];
    const [nameAt, extraAt] = [at + 46, at + 46 + nameLength];
    const next = extraAt + extraLength + view.getUint16(at + 32, true);
    if (next > bytes.length) throw damaged('its directory is cut off');
    const name = new TextDecoder().decode(bytes.subarray(nameAt, extraAt));
    const sizes = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
    for (let extra = extraAt; extra + 4 <= extraAt + extraLength; extra += 4 + view.getUint16(extra + 2, true)) {
      if (view.getUint16(extra, true) !== 1) continue;
      let value = extra + 4;
      for (const [i, size] of sizes.entries()) {
        if (size !== ELSEWHERE || value + 8 > extraAt + extraLength) continue;
        sizes[i] = long(value);
        value += 8;
      }
    }
    const [size, packedSize, offset] = sizes;
    if (flags & 1) throw new FormatError(where, `expected a zip archive without a password: ${show(name)} has one`);
    if (files.has(name)) throw damaged(`it has ${show(name)} twice`);
    record(offset, LOCAL, 30, `file ${show(name)}`);
    const from = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
    if (from + packedSize > bytes.length || (method === STORED && size !== packedSize)) {
      throw damaged(`${show(name)} has ${packedSize} bytes for ${size}, of which ${bytes.length - from} are there`);
    }
    const packed = bytes.subarray(from, from + packedSize);
    files.set(name, { method, packed, size, crc: view.getUint32(at + 16, true) });
    at = next;
  }
  return files;
}

/** Where the end's record is, which may have a comment behind it; -1 where there is none. */
function endOf(view: DataView): number {
  const least = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= least; at--) if (view.getUint32(at, true) === END) return at;
  return -1;
}

/** The contents of a file that is stored as it is, a view. @throws FormatError for one that is packed or damaged */
export function storedFile(where: string, name: string, { method, packed, crc }: ZipEntry): Uint8Array {
  if (method !== STORED)
    throw new FormatError(where, `expected ${show(name)} to be stored as it is, got it compressed`);
  return checked(where, name, packed, crc);
}

/**
 * The contents of a file.
 * @param most the most bytes that they may take; whoever calls it says what is beyond
 * @throws FormatError for one that is damaged, or packed in another way than by deflate
 */
export async function unpackedFile(where: string, name: string, entry: ZipEntry): Promise<Uint8Array> {
  const { method, packed, size, crc } = entry;
  if (method === STORED) return storedFile(where, name, entry);
  if (method !== DEFLATED) {
    throw new FormatError(where, `expected ${show(name)} to be packed by deflate or not at all, got method ${method}`);
  }
  const damaged = (detail: string) => new FormatError(where, `${show(name)} is damaged: ${detail}`);
  const contents = new Uint8Array(size);
  let length = 0;
  const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
  const reader = stream.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (length + part.value.length > size) throw damaged(`it is larger than the ${size} bytes that the archive says`);
      contents.set(part.value, length);
      length += part.value.length;
    }
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw damaged(error instanceof Error ? error.message : String(error));
  } finally {
    reader.cancel().catch(() => {}); // What is left is not wanted.
  }
  if (length < size) throw damaged(`it has ${length} bytes, not ${size}`);
  return checked(where, name, contents, crc);
}

function checked(where: string, name: string, contents: Uint8Array, crc: number): Uint8Array {
  if (crc32(contents) === crc) return contents;
  throw new FormatError(where, `${show(name)} is damaged: its checksum is not that of its contents`);
}

/** A zip archive of files that are stored as they are. */
export function writeZip(where: string, files: readonly (readonly [name: string, contents: Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let length = 0;
  const put = (to: Uint8Array[], ...more: Uint8Array[]) => {
    for (const part of more) {
      to.push(part);
      length += part.length;
    }
  };
  for (const [name, contents] of files) {
    const encoded = new TextEncoder().encode(name);
    const offset = length;
    const shared = (view: DataView, at: number) => {
      [20, UTF8, STORED, 0, DAY].forEach((value, i) => {
        view.setUint16(at + 2 * i, value, true);
      });
      [crc32(contents), contents.length, contents.length].forEach((value, i) => {
        view.setUint32(at + 10 + 4 * i, value, true);
      });
      view.setUint16(at + 22, encoded.length, true);
    };
    const header = (signature: number, size: number) => {
      const view = new DataView(new ArrayBuffer(size));
      view.setUint32(0, signature, true);
      return view;
    };
    const local = header(LOCAL, 30);
    shared(local, 4);
    put(parts, new Uint8Array(local.buffer), encoded, contents);
    const central = header(CENTRAL, 46);
    central.setUint16(4, 20, true);
    shared(central, 6);
    central.setUint32(42, offset, true);
    directory.push(new Uint8Array(central.buffer), encoded);
  }
  const start = length;
  put(parts, ...directory);
  if (files.length > 0xfffe || length > 0xfffffffe) {
    throw new ArgumentError(where, `expected fewer than 65,535 files and 4 GB, got ${files.length} of ${length} bytes`);
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, END, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, length - start, true);
  end.setUint32(16, start, true);
  put(parts, new Uint8Array(end.buffer));
  const archive = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}

/** Remainders of each byte, for `crc32`. */
const REMAINDERS = /* @__PURE__ */ Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** CRC-32. PNG pictures have their own, in a room that readers of files need not load. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (let i = 0; i < bytes.length; i++) crc = REMAINDERS[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
