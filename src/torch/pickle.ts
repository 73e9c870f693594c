import { FormatError, show } from '../errors.js';

// Pickles (https://github.com/python/cpython/blob/main/Lib/pickletools.py) are programs for a machine with a stack and a memo.
// Python's machine calls whatever a pickle names. This one knows plain data, and leaves all names to its owner.

/** The name of something in Python, such as 'collections.OrderedDict': it is only a name here. */
export class PythonName {
  constructor(readonly name: string) {}
}

/** What the owner of a pickle makes of what is no plain data; each throws for what it does not know. */
export interface PickleHandlers {
  /** A name that the pickle is about to use. */
  named(name: string): unknown;
  /** The result of a call of what `named` gave. */
  called(callee: unknown, args: readonly unknown[]): unknown;
  /** What a persistent id stands for, as the file beside the pickle has it. */
  persistent(id: unknown): unknown;
}

/** Whole numbers of more bytes are in no file of numbers, and take long to read. */
const LONGEST_NUMBER = 64;

/**
 * What a pickle of protocol 2 to 5 holds: dicts as Maps, lists and tuples as arrays, sets as Sets, whole numbers beyond 2^53 as
 * bigints. It may hold itself.
 * @param where what errors name
 * @throws FormatError for what is no such pickle, and whatever the handlers throw
 */
export function readPickle(where: string, bytes: Uint8Array, handlers: PickleHandlers): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const decoder = new TextDecoder();
  const memo = new Map<number, unknown>();
  const marks: number[] = [];
  let stack: unknown[] = [];
  let at = 0;

  const damaged = (detail: string) => new FormatError(where, `a damaged pickle: ${detail}`);
  const take = (length: number) => {
    if (!(length <= bytes.length - at)) throw damaged(`it ends at byte ${bytes.length}, within something`);
    at += length;
    return at - length;
  };
  const byte = () => bytes[take(1)];
  const word = () => view.getUint16(take(2), true);
  const int = () => view.getUint32(take(4), true);
  const long = () => Number(view.getBigUint64(take(8), true));
  const slice = (length: number) => bytes.subarray(take(length), at);
  const text = (length: number) => decoder.decode(slice(length));
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) throw damaged('a line has no end');
    return text(end + 1 - at).slice(0, -1);
  };
  const number = (length: number) => {
    if (length > LONGEST_NUMBER) throw damaged(`a whole number of ${length} bytes`);
    const digits = slice(length);
    const value = digits.reduceRight((sum, digit) => (sum << 8n) | BigInt(digit), 0n);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  };
  const push = (value: unknown) => void stack.push(value);
  const pop = () => {
    if (stack.length <= (marks.at(-1) ?? 0)) throw damaged('it takes more than there is');
    return stack.pop();
  };
  const popMark = () => {
    const mark = marks.pop();
    if (mark === undefined) throw damaged('a mark is missing');
    return stack.splice(mark);
  };
  const last = () => {
    if (stack.length <= (marks.at(-1) ?? 0)) throw damaged('it takes more than there is');
    return stack.at(-1);
  };
  const list = (value = last()) => {
    if (!Array.isArray(value)) throw damaged(`expected a list, got ${show(value)}`);
    return value;
  };
  const put = (items: readonly unknown[]) => {
    const dict = last();
    if (!(dict instanceof Map) || items.length % 2 !== 0) throw damaged(`expected a dict, got ${show(dict)}`);
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  };
  const known = (key: number) => {
    if (!memo.has(key)) throw damaged(`nothing was kept as ${key}`);
    push(memo.get(key));
  };
  const tuple = (length: number) => push(Array.from({ length }, pop).reverse());

  const operations: Record<string, () => void> = {
    '\x80': () => {
      const protocol = byte();
      if (protocol < 2 || protocol > 5) throw damaged(`protocol ${protocol}, expected 2 to 5`);
    },
    '\x95': () => void long(), // How long a frame is, which only those need who read from a stream.
    N: () => push(null),
    '\x88': () => push(true),
    '\x89': () => push(false),
    K: () => push(byte()),
    M: () => push(word()),
    J: () => push(view.getInt32(take(4), true)),
    '\x8a': () => push(number(byte())),
    '\x8b': () => push(number(int())),
    G: () => push(view.getFloat64(take(8))),
    X: () => push(text(int())),
    '\x8c': () => push(text(byte())),
    '\x8d': () => push(text(long())),
    U: () => push(text(byte())),
    T: () => push(text(int())),
    B: () => push(slice(int()).slice()),
    C: () => push(slice(byte()).slice()),
    '\x8e': () => push(slice(long()).slice()),
    ']': () => push([]),
    ')': () => push([]),
    '}': () => push(new Map()),
    '\x8f': () => push(new Set()),
    '(': () => void marks.push(stack.length),
    '0': () => void (marks.length > 0 && marks.at(-1) === stack.length ? marks.pop() : pop()),
    '1': () => void popMark(),
    '2': () => push(last()),
    a: () => {
      const item = pop();
      list().push(item);
    },
    e: () => {
      const items = popMark();
      const target = list();
      for (const item of items) target.push(item);
    },
    l: () => push(popMark()),
    t: () => push(popMark()),
    '\x85': () => tuple(1),
    '\x86': () => tuple(2),
    '\x87': () => tuple(3),
    s: () => {
      const value = pop();
      put([pop(), value]);
    },
    u: () => put(popMark()),
    d: () => {
      const items = popMark();
      push(new Map());
      put(items);
    },
    '\x90': () => {
      const items = popMark();
      const set = last();
      if (!(set instanceof Set)) throw damaged(`expected a set, got ${show(set)}`);
      for (const item of items) set.add(item);
    },
    '\x91': () => push(new Set(popMark())),
    q: () => void memo.set(byte(), last()),
    r: () => void memo.set(int(), last()),
    '\x94': () => void memo.set(memo.size, last()),
    h: () => known(byte()),
    j: () => known(int()),
    c: () => {
      const module = line();
      push(handlers.named(`${module}.${line()}`));
    },
    '\x93': () => {
      const name = pop();
      push(handlers.named(`${pop()}.${name}`));
    },
    R: () => {
      const args = list(pop());
      push(handlers.called(pop(), args));
    },
    b: () => {
      // An OrderedDict may have attributes, such as the versions that PyTorch notes of a state dict: they are left out.
      const state = pop();
      if (last() instanceof Map && state instanceof Map) return;
      throw new FormatError(where, `the file wants to change an object, ${show(last())}: only plain data are read`);
    },
    Q: () => push(handlers.persistent(pop())),
    i: () => {
      const module = line();
      handlers.named(`${module}.${line()}`);
      throw damaged('it makes an object');
    },
  };

  while (true) {
    const code = String.fromCharCode(byte());
    if (code === '.') {
      const result = pop();
      if (stack.length > 0) throw damaged('it leaves something behind');
      stack = [];
      return result;
    }
    if (!Object.hasOwn(operations, code)) {
      const hex = code.charCodeAt(0).toString(16).padStart(2, '0');
      throw new FormatError(where, `the pickle asks for 0x${hex} at byte ${at - 1}, which is not plain data`);
    }
    operations[code]();
  }
}
