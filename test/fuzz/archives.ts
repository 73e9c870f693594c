import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Generator } from '../../src/index.js';
import { readZip, storedFile, writeZip } from '../../src/io/zip.js';
import { readNpy, readNpz, writeNpz } from '../../src/numpy/index.js';
import { readTorch, readTorchData } from '../../src/torch/index.js';
import { joined, mutateBytes, pick } from './mutate.js';
import type { Subject } from './subjects.js';

const fixtures = (folder: string, names: RegExp) =>
  readdirSync(`test/fixtures/${folder}`)
    .filter((name) => names.test(name))
    .map((name) => Uint8Array.from(readFileSync(join('test/fixtures', folder, name))));

/** Readers of what PyTorch and NumPy write. */
export function archiveSubjects(): Subject[] {
  const saved = fixtures('torch', /^(state-dict|protocol-4|checkpoint|views|dtypes)\.pt$/);
  const states = fixtures('torch', /^(state-dict|protocol-4|views|dtypes)\.pt$/);
  const arrays = fixtures('numpy', /^(f4|f2|i8|fortran|scalar|empty|version-2|u2-big-endian)\.npy$/);
  const archives = [...fixtures('numpy', /\.npz$/), writeNpz({ x: readNpy(arrays[0]) })];
  return [
    {
      name: 'torch',
      seeds: saved,
      read: (bytes) => readTorchData(bytes),
      restructure: (generator) => repacked(pick(saved, generator), generator),
    },
    {
      name: 'torch.state-dict',
      seeds: states,
      read: (bytes) => readTorch(bytes),
      restructure: (generator) => repacked(pick(states, generator), generator),
    },
    {
      name: 'npy',
      seeds: arrays,
      read: (bytes) => readNpy(bytes),
      restructure: (generator) => reheaded(pick(arrays, generator), generator),
    },
    {
      name: 'npz',
      seeds: archives,
      read: (bytes) => readNpz(bytes),
      restructure: (generator) => packedAnew(pick(arrays, generator), generator),
    },
  ];
}

const OPCODES =
  '\x80\x95N\x88\x89KMJ\x8a\x8bGX\x8c\x8dUTBC\x8e])}\x8f(012aelt\x85\x86\x87sud\x90\x91qr\x94hjc\x93RbQi.IFp\x81o\x82P';

/** An archive with right checksums whose pickle has opcodes or numbers changed, or in which files are exchanged or cut. */
function repacked(file: Uint8Array, generator: Generator): Uint8Array {
  const files = [...readZip('fuzz', file)].map(([name, entry]): [string, Uint8Array] => [
    name,
    Uint8Array.from(storedFile('fuzz', name, entry)),
  ]);
  for (let count = 1 + generator.integer(3); count > 0; count--) {
    const which = generator.integer(4) > 0 ? 0 : generator.integer(files.length);
    const [name, bytes] = files[which];
    switch (generator.integer(6)) {
      case 0:
        files[which] = [name, mutateBytes(bytes, generator)];
        break;
      case 1:
        if (bytes.length > 0)
          bytes[generator.integer(bytes.length)] = OPCODES.charCodeAt(generator.integer(OPCODES.length));
        break;
      case 2: {
        // A piece of the pickle once more: it is a program.
        const [from, to] = [generator.integer(bytes.length + 1), generator.integer(bytes.length + 1)];
        const piece = bytes.subarray(from, from + generator.integer(40));
        files[which] = [name, joined(bytes.subarray(0, to), piece, bytes.subarray(to))];
        break;
      }
      case 3: {
        // Sizes, strides and offsets are such numbers.
        const at = bytes.indexOf(0x4b, generator.integer(bytes.length + 1));
        if (at >= 0 && at + 1 < bytes.length) bytes[at + 1] = generator.integer(256);
        break;
      }
      case 4:
        files[which] = [name, pick(files, generator)[1]];
        break;
      default:
        if (files.length > 2 && which > 0) files.splice(which, 1);
    }
  }
  return writeZip('fuzz', files);
}

/** An array whose header is changed as text, with the right length. */
function reheaded(file: Uint8Array, generator: Generator): Uint8Array {
  const from = file[6] === 1 ? 10 : 12;
  const start = from + file[8] + 256 * file[9];
  let header = new TextDecoder('latin1').decode(file.subarray(from, start));
  const kind = `'${pick(['<', '>', '|', '='], generator)}${pick(['f4', 'f8', 'f2', 'i8', 'u1', 'b1', 'O', 'U5', 'c8', 'V4'], generator)}'`;
  const sizes = Array.from({ length: generator.integer(5) }, () => pick([0, 1, 2, 3, 6, 2 ** 31, 2 ** 53], generator));
  const changes: [RegExp, string][] = [
    [/'descr': '[^']*'/, `'descr': ${kind}`],
    [/\([^)]*\)/, `(${sizes.join(', ')},)`],
    [/False|True/, pick(['True', 'False', 'None'], generator)],
    [/, 'shape'/, pick([", 'shape': (), 'shape'", '', ' '], generator)],
  ];
  for (let count = 1 + generator.integer(2); count > 0; count--) {
    const [pattern, text] = pick(changes, generator);
    header = header.replace(pattern, text);
  }
  const bytes = Buffer.from(generator.integer(3) === 0 ? mutateBytes(Buffer.from(header), generator) : header);
  const head = Uint8Array.from(file.subarray(0, from));
  new DataView(head.buffer).setUint16(8, bytes.length, true);
  return joined(head, bytes, file.subarray(start));
}

/** A compressed archive of one array, with some of its sizes wrong. */
function packedAnew(array: Uint8Array, generator: Generator): Uint8Array {
  const contents = generator.integer(2) === 0 ? reheaded(array, generator) : array;
  const zeros = generator.integer(40) === 0 ? new Uint8Array(3_000_000) : new Uint8Array(0);
  const whole = joined(contents, zeros);
  const stored = writeZip('fuzz', [['a.npy', whole]]);
  const packed = deflateRawSync(generator.integer(4) === 0 ? mutateBytes(whole, generator) : whole, { level: 1 });
  const local = Buffer.from(stored.subarray(0, 35));
  const end = Buffer.from(stored.subarray(35 + whole.length));
  const size = generator.integer(4) > 0 ? whole.length : pick([0, 1, 2 ** 20, 2 ** 31, 2 ** 32 - 1], generator);
  for (const [header, at] of [
    [local, 8],
    [end, 10],
  ] as const) {
    header.writeUInt16LE(pick([8, 8, 8, 0, 12], generator), at);
    header.writeUInt32LE(packed.length, at + 10);
    header.writeUInt32LE(size, at + 14);
  }
  end.writeUInt32LE(35 + packed.length, end.length - 6);
  return joined(local, packed, end);
}
