import { writeZip } from '../src/io/zip.js';

/** A file as torch.save writes it, around a pickle. */
export function torchFile(
  pickle: Uint8Array,
  storages: Record<string, Uint8Array> = {},
  folder = 'archive',
): Uint8Array {
  const files = Object.entries(storages).map(([key, bytes]) => [`${folder}/data/${key}`, bytes] as const);
  return writeZip('torchFile', [[`${folder}/data.pkl`, pickle], ...files]);
}

/** A pickle of protocol 2: text is put in as bytes, whole numbers below 256 as what they are. */
export function pickleOf(...parts: (string | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(
    Buffer.concat([Buffer.of(0x80, 2), ...parts.map((each) => Buffer.from(each as string, 'latin1'))]),
  );
}

/** Pieces of pickles. */
export const text = (value: string) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return `X${length.toString('latin1')}${bytes.toString('latin1')}`;
};
export const name = (module: string, item: string) => `c${module}\n${item}\n`;
export const int = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return `J${bytes.toString('latin1')}`;
};
export const tuple = (...items: string[]) => `(${items.join('')}t`;
const long = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return `\x8a\x08${bytes.toString('latin1')}`;
};
const whole = (value: number) => (Math.abs(value) < 2 ** 31 ? int(value) : long(BigInt(value)));
export const storage = (kind: string, key: string, length: number) =>
  `${tuple(text('storage'), name('torch', kind), text(key), text('cpu'), whole(length))}Q`;
/** A tensor as torch.save describes it. */
export const savedTensor = (of: string, offset: number, shape: readonly number[], strides: readonly number[]) => {
  const hooks = `${name('collections', 'OrderedDict')})R`;
  const [sizes, steps] = [shape, strides].map((values) => tuple(...values.map(whole)));
  return `${name('torch._utils', '_rebuild_tensor_v2')}${tuple(of, whole(offset), sizes, steps, '\x89', hooks)}R`;
};
export const dict = (...items: string[]) => `}(${items.join('')}u`;
