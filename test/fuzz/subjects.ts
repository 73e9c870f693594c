import { deflateSync, gzipSync } from 'node:zlib';
import jpeg from 'jpeg-js';
import { grayValues } from '../../datasets/fashion-mnist-json.js';
import {
  Adam,
  Conv2D,
  Dataset,
  Flatten,
  fit,
  type Generator,
  Sequential,
  type StateDict,
  tensor,
} from '../../src/index.js';
import { FilterTimeline, readTimeline } from '../../src/inspect/index.js';
import { readIdx, readSafetensors, readState, writeSafetensors, writeState } from '../../src/io/index.js';
import { mostBytes } from '../../src/io/limits.js';
import { checksum } from '../../src/io/state.js';
import { jpegReader } from '../../src/node/jpeg.js';
import { readPng } from '../../src/node/png.js';
import { unpackGzip } from '../../src/node/unpack.js';
import { CHECKPOINT_FORMAT } from '../../src/train/checkpoint.js';
import { assemblePng, makePng, type PngParts, rowsOf } from '../png-maker.js';
import { archiveSubjects } from './archives.js';
import { joined, mutateBytes, mutateData, mutateLeaf, pick, textOf } from './mutate.js';
import { resumable } from './resume.js';

/** A reader of bytes, and what it is tried on. */
export interface Subject {
  name: string;
  /** Files that it reads. */
  seeds: readonly Uint8Array[];
  read: (bytes: Uint8Array) => unknown;
  /** A file whose structure is changed, and whose lengths and checksums are right. */
  restructure: (generator: Generator) => Uint8Array;
}

export async function subjects(): Promise<Subject[]> {
  const { checkpoint, timeline } = await training();
  const plain = {
    list: [1, [null, true], { deep: -0.1 }],
    nan: Number.NaN,
    a: { weight: tensor([[1, 2]]) },
    text: 'x',
  };
  const state = writeState('fuzz', plain);
  const tensors = {
    'conv.weight': tensor([[1, 2, 3]]),
    bias: tensor(Float64Array.of(0.1)),
    empty: tensor([], { shape: [0, 2] }),
  };
  const small = writeSafetensors(tensors, { note: 'x' });
  const halves = typesFile();
  const model = new Sequential(new Conv2D(1, 2, 3));
  const modelFile = writeSafetensors(model.stateDict());
  const readJpeg = await jpegReader('fuzz');
  const pngs = PNGS.map(makePng);
  const idx = [idxFile(8, [2, 2, 3]), idxFile(12, [4]), idxFile(8, [5])];
  const jpegs = [photo(8, 8), photo(40, 24)];
  const trainings = await resumable();
  return [
    {
      name: 'safetensors',
      seeds: [small, halves],
      read: readSafetensors,
      restructure: (generator) => reheaded(pick([small, halves], generator), generator),
    },
    {
      name: 'model',
      seeds: [modelFile],
      read: (bytes) => model.loadStateDict(readSafetensors(bytes).tensors),
      restructure: (generator) => reheaded(modelFile, generator),
    },
    {
      name: 'timeline',
      seeds: [timeline],
      read: (bytes) => readTimeline(readSafetensors(bytes).tensors),
      restructure: (generator) => reheaded(timeline, generator),
    },
    {
      name: 'state',
      seeds: [state],
      read: (bytes) => readState('fuzz', bytes),
      restructure: (generator) => forged(state, generator),
    },
    {
      name: 'checkpoint',
      seeds: [checkpoint],
      read: (bytes) => readState(CHECKPOINT_FORMAT, bytes),
      restructure: (generator) => forged(checkpoint, generator),
    },
    ...trainings.map((training) => ({
      ...training,
      restructure: (generator: Generator) => forgedGently(pick(training.seeds, generator), generator),
    })),
    {
      name: 'idx',
      seeds: idx,
      read: (bytes) => readIdx(bytes),
      restructure: (generator) => {
        const bytes = Uint8Array.from(pick(idx, generator));
        const axes = generator.integer(5);
        bytes.set([0, 0, pick([8, 9, 12, 13, 14], generator), axes]);
        return joined(bytes, new Uint8Array(generator.integer(20)));
      },
    },
    {
      name: 'idx.gz',
      seeds: [
        gzipSync(idx[0]),
        gzipSync(joined(Uint8Array.of(0, 0, 8, 1, 0, 0x2d, 0xc6, 0xc0), new Uint8Array(3_000_000))),
      ],
      read: async (bytes) => readIdx(await unpackGzip('fuzz', bytes, mostBytes(bytes.length))),
      restructure: (generator) => gzipSync(mutateBytes(pick(idx, generator), generator)),
    },
    {
      name: 'png',
      seeds: pngs,
      read: (bytes) => readPng('fuzz', bytes, bytes.length % 2 === 0),
      restructure: restructuredPng,
    },
    {
      name: 'jpeg',
      seeds: jpegs,
      read: (bytes) => readJpeg('fuzz', bytes, bytes.length % 2 === 0),
      restructure: (generator) => restructuredJpeg(pick(jpegs, generator), generator),
    },
    ...archiveSubjects(),
    {
      name: 'fashion-mnist.json',
      seeds: [new TextEncoder().encode(textOf({ data: [image(), [], image()] }))],
      read: (bytes) => grayValues(new TextDecoder().decode(bytes), 'Bag', 2),
      restructure: (generator) => new TextEncoder().encode(textOf(mutateData({ data: [image(), image()] }, generator))),
    },
  ];
}

/** The files of a short training. */
async function training() {
  const model = new Sequential(new Conv2D(1, 2, 3), new Flatten());
  const data = new Dataset(
    new Float32Array(36).map((_, i) => Math.sin(i)),
    [1, 3, 3],
    [0, 1, 0, 1],
  );
  const kept = new FilterTimeline(model.at(0, Conv2D).weight);
  let checkpoint = new Uint8Array(0);
  await fit(model, data, {
    optimizer: new Adam(model.parameters()),
    epochs: 2,
    callbacks: [
      kept,
      {
        last: true,
        onEpochEnd: (state) => {
          checkpoint = Uint8Array.from(writeState(CHECKPOINT_FORMAT, state.checkpoint()));
        },
      },
    ],
  });
  return { checkpoint, timeline: writeSafetensors(kept.stateDict()) };
}

/** A tensor of each type that is read. */
function typesFile(): Uint8Array {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [type, bytes] of Object.entries({
    F64: 8,
    F32: 4,
    F16: 2,
    BF16: 2,
    I64: 8,
    U32: 4,
    I16: 2,
    U8: 1,
    BOOL: 1,
  })) {
    header[type] = { dtype: type, shape: [2], data_offsets: [end, end + 2 * bytes] };
    end += 2 * bytes;
  }
  return withHeader(JSON.stringify(header), new Uint8Array(end));
}

function withHeader(json: string, numbers: Uint8Array): Uint8Array {
  const header = new TextEncoder().encode(json);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return joined(length, header, numbers);
}

/** A safetensors file with another header, of the right length: changed as data, or as text. */
function reheaded(file: Uint8Array, generator: Generator): Uint8Array {
  const end = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = file.subarray(8, end);
  if (generator.integer(3) === 0) {
    const changed = mutateBytes(header, generator);
    return withHeader(new TextDecoder().decode(changed), file.subarray(end));
  }
  return withHeader(textOf(mutateData(JSON.parse(new TextDecoder().decode(header)), generator)), file.subarray(end));
}

/** A file of `writeState` whose data or tensors are changed, with the right checksum. */
function forged(file: Uint8Array, generator: Generator): Uint8Array {
  const { tensors, metadata } = readSafetensors(file);
  const state = textOf(mutateData(JSON.parse(metadata.state), generator));
  const kept = Object.entries(tensors).filter(() => generator.integer(10) > 0);
  const changed: StateDict = Object.fromEntries(
    kept.map(([name, value]) => [name, generator.integer(20) === 0 ? tensor([1, 2, 3]) : value]),
  );
  return writeSafetensors(changed, { ...metadata, state, checksum: checksum(state, changed) });
}

/** The same, but so little that the rest of the file is still a whole. */
function forgedGently(file: Uint8Array, generator: Generator): Uint8Array {
  const { tensors, metadata } = readSafetensors(file);
  let data: unknown = JSON.parse(metadata.state);
  const changed = { ...tensors };
  for (let count = 1 + generator.integer(3); count > 0; count--) {
    const name = pick(Object.keys(tensors), generator);
    switch (generator.integer(8)) {
      case 0:
        data = mutateData(data, generator);
        break;
      case 1:
        changed[name] = tensor(tensors[name].data.map((each) => pick([0, -each, each, Number.NaN, 3e38], generator)));
        changed[name] = changed[name].reshape(tensors[name].shape);
        break;
      case 2:
        changed[name] = pick(Object.values(tensors), generator);
        break;
      default:
        data = mutateLeaf(data, generator);
    }
  }
  const state = textOf(data);
  return writeSafetensors(changed, { ...metadata, state, checksum: checksum(state, changed) });
}

const noise = (most: number) => (x: number, y: number, c: number) => (x * 7 + y * 13 + c * 29) % most;
const PNGS: PngParts[] = [
  { width: 5, height: 4, sample: noise(256), filters: [0, 1, 2, 3, 4] },
  { width: 9, height: 9, depth: 1, interlaced: true, sample: noise(2) },
  { width: 6, height: 3, color: 3, depth: 4, palette: new Array(48).fill(7), transparent: [0, 9], sample: noise(16) },
  { width: 4, height: 5, color: 6, depth: 16, sample: noise(65536), filters: [4] },
  { width: 7, height: 7, color: 2, interlaced: true, sample: noise(256), filters: [3, 4] },
];

/** Another header or other rows than belong together, with the right checksums. */
function restructuredPng(generator: Generator): Uint8Array {
  const parts = { ...pick(PNGS, generator) };
  const rows = mutateBytes(rowsOf(parts), generator);
  for (let count = generator.integer(3); count > 0; count--) {
    const size = pick([0, 1, 8, 100, 65536, 2 ** 20, 2 ** 28 + 5, 2 ** 31 - 1, 2 ** 32 - 1], generator);
    Object.assign(
      parts,
      [
        { width: size },
        { height: size },
        { depth: pick([0, 1, 2, 3, 4, 8, 16, 255], generator) },
        { color: generator.integer(8) },
        { interlaced: generator.integer(2) === 0 },
        { palette: new Array(generator.integer(800)).fill(3) },
        { transparent: new Array(generator.integer(10)).fill(1) },
      ][generator.integer(7)],
    );
  }
  const zeros = generator.integer(20) === 0 ? new Uint8Array(2_000_000) : new Uint8Array(0);
  return assemblePng(parts, deflateSync(joined(rows, zeros), { level: 1 }));
}

function photo(width: number, height: number): Uint8Array {
  const data = Buffer.from(Array.from({ length: 4 * width * height }, (_, i) => (i * i) % 251));
  return Uint8Array.from(jpeg.encode({ width, height, data }, 60).data);
}

/** Segments left out, repeated, exchanged or changed within, with the right lengths; and other kinds of frames. */
function restructuredJpeg(file: Uint8Array, generator: Generator): Uint8Array {
  const segments: Uint8Array[] = [];
  let at = 2;
  while (file[at + 1] !== 0xda) {
    const next = at + 2 + file[at + 2] * 256 + file[at + 3];
    segments.push(file.slice(at, next));
    at = next;
  }
  segments.push(file.slice(at, at + 2 + file[at + 2] * 256 + file[at + 3]));
  const data = file.slice(at + segments[segments.length - 1].length, -2);
  for (let count = 1 + generator.integer(3); count > 0; count--) {
    const which = generator.integer(segments.length);
    const segment = segments[which];
    switch (generator.integer(5)) {
      case 0:
        segments.splice(which, 1, segment, segment);
        break;
      case 1:
        if (segments.length > 1) segments.splice(which, 1);
        break;
      case 2:
        segments.push(...segments.splice(which, 1));
        break;
      case 3:
        if (segment[1] === 0xc0) segment[1] = pick([0xc1, 0xc2, 0xc3, 0xc9], generator);
        else segment[1] = pick([0xc4, 0xdb, 0xdd, 0xe0, 0xfe, 0xda], generator);
        break;
      default:
        if (segment.length > 4) segment[4 + generator.integer(segment.length - 4)] = generator.integer(256);
    }
  }
  return joined(file.subarray(0, 2), ...segments, data, file.subarray(-2));
}

function idxFile(type: number, shape: number[]): Uint8Array {
  const size = shape.reduce((a, b) => a * b, type === 8 ? 1 : 4);
  const sizes = shape.flatMap((n) => [0, 0, 0, n]);
  return Uint8Array.from([0, 0, type, shape.length, ...sizes, ...new Array(size).fill(1)]);
}

function image(): number[] {
  return Array.from({ length: 784 }, (_, i) => i % 256);
}
