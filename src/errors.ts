/** Every error that convgrad throws on purpose. */
export class ConvgradError extends Error {
  /** The function or the layer that refused, such as 'conv2d' or 'block.conv1 (Conv2D)'. */
  readonly where: string;
  /** What is wrong, without the place. */
  readonly detail: string;

  /**
   * @param where the function or the layer that refuses
   * @param detail what is wrong: what was expected, and what came instead
   * @param options `cause`: the error behind this one, if there is one
   */
  constructor(where: string, detail: string, options?: ErrorOptions) {
    super(`${where}: ${detail}`, options);
    this.name = new.target.name;
    this.where = where;
    this.detail = detail;
  }

  /**
   * Gives the error another place: that of the layer, or of the model that knows the layer's name. It stays the same
   * object, so that all that a subclass has added stays with it.
   */
  at(where: string): this {
    const before = this.message;
    Object.assign(this, { where, message: `${where}: ${this.detail}` });
    // The stack is a text that was written when the error was made, message included.
    if (this.stack) this.stack = this.stack.replace(before, () => this.message);
    return this;
  }
}

/** A shape, a size or an index that does not fit. */
export class ShapeError extends ConvgradError {}

/** An argument or option of the wrong kind or out of range. */
export class ArgumentError extends ConvgradError {}

/** A tensor was read after its storage had been released, or a graph was to be used again that `backward` had used up. */
export class ReleasedError extends ConvgradError {}

/** The kernels' memory, or the machine's, is full. */
export class OutOfMemoryError extends ConvgradError {}

/** Bytes or data that are not what their format promises. */
export class FormatError extends ConvgradError {}

/** Calls `fn`; an error of ours that it throws gets the place `where`. */
export function withPlace<T>(where: string | ((error: ConvgradError) => string), fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (!(error instanceof ConvgradError)) throw error;
    throw error.at(typeof where === 'string' ? where : where(error));
  }
}

/** Options of which none is missing: undefined only where `Defaults` says so. */
type Complete<Options, Defaults> = {
  [Key in keyof Options & keyof Defaults]-?: undefined extends Defaults[Key]
    ? Options[Key]
    : Exclude<Options[Key], undefined>;
};

/**
 * The options with their defaults. Every option is told here once, with its default or with `undefined`: one that is
 * missing, or that the options' type does not have, is refused by the compiler.
 * @throws ArgumentError for an option that nobody reads, so that a misspelled one is not silently ignored
 */
export function readOptions<
  Options extends object,
  const Defaults extends { [Key in keyof Required<Options>]: Options[Key] | undefined },
>(
  where: string,
  options: Options | undefined,
  defaults: Defaults & Record<Exclude<keyof Defaults, keyof Options>, never>,
): Complete<Options, Defaults> {
  const all: Record<string, unknown> = { ...defaults };
  const given = (options ?? {}) as Record<string, unknown>;
  const keys = Object.keys(given);
  // The usual case first: most operations read options, and most are all right.
  const isRight = keys.length > 0 && typeof options === 'object' && keys.every((key) => Object.hasOwn(all, key));
  if (!isRight) checkOptions(where, options, Object.keys(defaults));
  for (const key of keys) if (given[key] !== undefined) all[key] = given[key];
  return all as Complete<Options, Defaults>;
}

/** Throws when `options` has a key that is not among those that are known, or is no object. */
export function checkOptions(where: string, options: object | undefined, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(where, `expected an options object { ${known.join(', ')} }, got ${show(options)}`);
  }
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new ArgumentError(where, `unknown option '${unknown}'; the options are ${known.join(', ')}`);
}

/** One of a few words, or an error that names `what` and the words. */
export function checkChoice<Word extends string>(
  where: string,
  what: string,
  value: Word,
  words: readonly Word[],
): Word {
  if (words.includes(value)) return value;
  const quoted = words.map((word) => `'${word}'`);
  const list = `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
  throw new ArgumentError(where, `expected ${what} to be ${list}, got ${show(value)}`);
}

/** A finite number within [`least`, `most`], a whole one when `whole` is set; or an error that names `what`. */
export function checkNumber(
  where: string,
  what: string,
  value: number,
  { least = -Infinity, most = Infinity, whole = false } = {},
): number {
  const fits = Number.isFinite(value) && value >= least && value <= most && (!whole || Number.isInteger(value));
  if (fits) return value;
  const kind = whole ? 'a whole number' : 'a number';
  const range = most < Infinity ? ` from ${least} to ${most}` : least > -Infinity ? ` of at least ${least}` : '';
  throw new ArgumentError(where, `expected ${what} to be ${kind}${range}, got ${show(value)}`);
}

/** What a value must be: a test, a list of what its items must be, or an object of what its fields must be. */
export type Built = ((value: never) => boolean) | readonly [Built] | { readonly [key: string]: Built };

/** @internal Tests for `checkBuilt`. */
export const NUMBER = (value: unknown) => typeof value === 'number';
export const FINITE = (value: unknown) => Number.isFinite(value);
export const WHOLE = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
export const TEXT = (value: unknown) => typeof value === 'string';
export const LOGICAL = (value: unknown) => typeof value === 'boolean';

/** @internal Throws unless data that came from elsewhere is built as it must be; fields that nobody asks for may be there. */
export function checkBuilt(where: string, path: string, value: unknown, built: Built): void {
  const isList = Array.isArray(value);
  const fits =
    typeof built === 'function'
      ? built(value as never)
      : typeof value === 'object' && value !== null && isList === Array.isArray(built);
  if (!fits) throw new ArgumentError(where, `${path} cannot be ${isList ? 'a list' : show(value)}`);
  if (isList && Array.isArray(built)) {
    value.forEach((item, i) => {
      checkBuilt(where, `${path}.${i}`, item, built[0]);
    });
  } else if (typeof built === 'object') {
    for (const [key, inner] of Object.entries(built)) {
      checkBuilt(where, `${path}.${key}`, (value as Record<string, unknown>)[key], inner);
    }
  }
}

/** A value as an error message shows it: what is long is cut, what lies deep is left out. */
export function show(value: unknown, depth = 3): string {
  if (typeof value === 'string') return `'${cut(value)}'`;
  if (Array.isArray(value)) {
    if (depth === 0) return '[...]';
    const items = value.slice(0, MOST_ITEMS).map((item) => show(item, depth - 1));
    if (value.length > MOST_ITEMS) items.push(`... ${value.length} in all`);
    return `[${items.join(', ')}]`;
  }
  if (ArrayBuffer.isView(value)) {
    return `${value.constructor.name}(${'length' in value ? value.length : value.byteLength})`;
  }
  if (typeof value === 'object' && value !== null) {
    const name: unknown = value.constructor?.name;
    return `an object of type ${typeof name === 'string' ? cut(name) : 'Object'}`;
  }
  if (typeof value === 'function') return `the function ${cut(value.name) || '(anonymous)'}`;
  return cut(String(value));
}

const MOST_ITEMS = 20;
const MOST_CHARACTERS = 500;

function cut(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}... ${text.length} characters` : text;
}

/** Gives a package that not every user needs, or an error that says how to get it. */
export async function optional<T>(where: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = `expected the package ${name}: run npm install ${name} (${reason})`;
    throw new ArgumentError(where, advice, { cause: error });
  }
}
