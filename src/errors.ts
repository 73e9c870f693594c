/** Every error that convgrad throws on purpose. `where` names the function or the layer that refused. */
export class ConvgradError extends Error {
  /** What is wrong, without the place. */
  readonly detail: string;
  readonly where: string;

  constructor(where: string, detail: string) {
    super(`${where}: ${detail}`);
    this.name = new.target.name;
    this.where = where;
    this.detail = detail;
  }

  /** The same error, seen from further out: from the layer, or from the model that knows the layer's name. */
  at(where: string): ConvgradError {
    const Same = this.constructor as typeof ConvgradError;
    const error = new Same(where, this.detail);
    error.cause = this;
    return error;
  }
}

/** A shape, a size or an index that does not fit. */
export class ShapeError extends ConvgradError {}

/** An argument or option of the wrong kind or out of range. */
export class ArgumentError extends ConvgradError {}

/** A tensor was read after its storage had been released. */
export class ReleasedError extends ConvgradError {}

/** The kernels' memory, or the machine's, is full. */
export class OutOfMemoryError extends ConvgradError {}

/** Bytes or data that are not what their format promises. */
export class FormatError extends ConvgradError {}

/** Throws when `options` has a key that nobody reads, so that a misspelled option is not silently ignored. */
export function checkOptions(where: string, options: object | undefined, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ArgumentError(where, `expected an options object { ${known.join(', ')} }, got ${show(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) {
      throw new ArgumentError(where, `unknown option '${key}'; the options are ${known.join(', ')}`);
    }
  }
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

/** A value as an error message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (ArrayBuffer.isView(value)) {
    return `${value.constructor.name}(${'length' in value ? value.length : value.byteLength})`;
  }
  if (typeof value === 'object' && value !== null) return `an object of type ${value.constructor?.name ?? 'Object'}`;
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
  return String(value);
}

/** Gives a package that not every user needs, or an error that says how to get it. */
export async function optional<T>(where: string, name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new ArgumentError(where, `expected the package ${name}: run npm install ${name} (${cause})`);
  }
}
