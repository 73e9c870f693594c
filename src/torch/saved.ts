import { type FormatError, show } from '../errors.js';
import type { Element } from '../io/elements.js';
import type { Shape } from '../shape.js';

/** What a storage's class says of its numbers. */
export const STORAGES: Readonly<Record<string, Element>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
};

/** All that a file may call; none of it is Python's. */
export const CALLS: Readonly<
  Record<string, (args: readonly unknown[], refuse: (detail: string) => FormatError) => unknown>
> = {
  'collections.OrderedDict': ([items = []], refuse) => {
    if (!Array.isArray(items) || !items.every((item) => Array.isArray(item) && item.length === 2)) {
      throw refuse(`an OrderedDict of ${show(items)}`);
    }
    return new Map(items as [unknown, unknown][]);
  },
  'torch.Size': ([sizes = []]) => sizes,
  'torch._utils._rebuild_tensor_v2': (args, refuse) => new SavedTensor(args, refuse),
  'torch._utils._rebuild_parameter': ([data], refuse) => {
    if (data instanceof SavedTensor) return data;
    throw refuse(`a parameter of ${show(data)}`);
  },
};

/** The numbers that tensors of the file are views of. */
export class SavedStorage {
  constructor(
    readonly element: Element,
    readonly bytes: Uint8Array,
    /** How many numbers it has. */
    readonly length: number,
  ) {}
}

/** A tensor of the file: its numbers are not read before they are asked for. */
export class SavedTensor {
  readonly storage: SavedStorage;
  readonly offset: number;
  readonly shape: Shape;
  readonly strides: readonly number[];

  constructor(
    [storage, offset, shape, strides, , , metadata]: readonly unknown[],
    refuse: (detail: string) => FormatError,
  ) {
    const noted = metadata instanceof Map && metadata.size > 0;
    if (!(storage instanceof SavedStorage) || noted) {
      throw refuse(noted ? 'a tensor with notes of its own' : `a tensor of ${show(storage)}`);
    }
    if (!isCounts([offset]) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
      throw refuse(`a tensor of shape ${show(shape)} with strides ${show(strides)} from ${show(offset)}`);
    }
    this.storage = storage;
    [this.offset, this.shape, this.strides] = [offset as number, shape, strides];
    const last = shape.reduce((sum, n, axis) => sum + (n - 1) * strides[axis], this.offset);
    if (!shape.includes(0) && !(last < this.storage.length)) {
      throw refuse(`a tensor that reaches number ${last} of a storage of ${this.storage.length}`);
    }
  }
}

/** @internal Whether it is a list of whole numbers of at least 0. */
export function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
