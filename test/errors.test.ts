import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ThreadError } from '../src/autograd/team.js';
import { checkChoice, readOptions } from '../src/errors.js';
import {
  ArgumentError,
  ConvgradError,
  DivergenceError,
  FormatError,
  Module,
  OutOfMemoryError,
  ReleasedError,
  Residual,
  Sequential,
  ShapeError,
  type Tensor,
  zeros,
} from '../src/index.js';
import { MpiError } from '../src/mpi/index.js';
import { FileError } from '../src/node/index.js';

/** What a user may add: other arguments, a private field, something computed. */
class QuotaError extends ConvgradError {
  readonly #used: number;

  constructor(used: number, options?: ErrorOptions) {
    super('quota', `used ${used} of 10`, options);
    this.#used = used;
  }

  get left(): number {
    return 10 - this.#used;
  }
}

const cause = new Error('the reason');
const ERRORS: [ConvgradError, object][] = [
  [new ConvgradError('inner', 'wrong', { cause }), { cause }],
  [new ShapeError('inner', 'wrong', { cause }), { cause }],
  [new ArgumentError('inner', 'wrong', { cause }), { cause }],
  [new ReleasedError('inner', 'wrong'), {}],
  [new OutOfMemoryError('inner', 'wrong'), {}],
  [new FormatError('inner', 'wrong'), {}],
  [new ThreadError('threads', 'wrong', { cause }), { cause }],
  [new DivergenceError('fit', 'NaN', 7, 'conv1'), { step: 7, layer: 'conv1' }],
  [new MpiError('mpi', 'wrong', { cause }), { cause }],
  [new FileError('saveFile', 'wrong', '/a/b', 'ENOENT'), { path: '/a/b', code: 'ENOENT' }],
  [new QuotaError(4, { cause }), { left: 6, cause }],
];

describe('an error that gets another place', () => {
  test.each(ERRORS.map(([error, fields]) => [error.name, error, fields] as const))(
    '%s stays what it is',
    (name, error, fields) => {
      const { detail, stack } = error;
      const frames = stack!.slice(stack!.indexOf('\n    at '));
      const moved = error.at('outer (Layer)');
      expect(moved).toBeInstanceOf(error.constructor);
      expect(moved).toMatchObject({
        ...fields,
        name,
        detail,
        where: 'outer (Layer)',
        message: `outer (Layer): ${detail}`,
      });
      expect(String(moved)).toBe(`${name}: outer (Layer): ${detail}`);
      // Printed, it says the new place, and still where it was thrown.
      expect(moved.stack).toBe(`${moved.stack!.split(':')[0]}: outer (Layer): ${detail}${frames}`);
    },
  );

  test('all kinds are among these', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const kinds = sources.flatMap((name) =>
      [...readFileSync(`src/${name}`, 'utf8').matchAll(/class (\w+) extends \w*Error /g)].map(([, kind]) => kind),
    );
    const tested = ERRORS.map(([error]) => error.name).filter((name) => name !== 'QuotaError');
    expect(tested.sort()).toEqual(kinds.sort());
  });

  test("a user's own error comes out of nested layers whole", () => {
    class Strict extends Module {
      override forward(_: Tensor): Tensor {
        throw new QuotaError(9, { cause });
      }
    }
    const model = new Sequential({ block: new Residual(new Sequential(new Strict())) });
    const forward = () => model.forward(zeros([1]));
    expect(forward).toThrow(QuotaError);
    expect(forward).toThrow(
      expect.objectContaining({ message: 'block.block.0 (Strict): used 9 of 10', left: 1, cause }),
    );
  });
});

describe('options', () => {
  interface Options {
    size: number;
    mode?: 'fast' | 'exact';
    seed?: number | null;
  }
  const read = (options?: Options) => readOptions('draw', options, { size: undefined, mode: 'fast', seed: undefined });

  test('get their defaults where they are not given, or given as undefined', () => {
    expect(read({ size: 3 })).toEqual({ size: 3, mode: 'fast', seed: undefined });
    expect(read({ size: 3, mode: undefined, seed: null })).toEqual({ size: 3, mode: 'fast', seed: null });
    expect(read()).toEqual({ size: undefined, mode: 'fast', seed: undefined });
    const { mode, seed }: { mode: 'fast' | 'exact'; seed: number | null | undefined } = read({ size: 3 });
    expect([mode, seed]).toEqual(['fast', undefined]);
  });

  test('are refused when misspelled, or no object', () => {
    const options = { size: 3, sede: 1 };
    expect(() => read(options)).toThrow("draw: unknown option 'sede'; the options are size, mode, seed");
    for (const wrong of [null, 3, 'fast', []]) {
      expect(() => read(wrong as never)).toThrow('draw: expected an options object { size, mode, seed }, got');
    }
  });

  test('are told once: the compiler sees one that is missing, one too many, and a default of another type', () => {
    const options: Options = { size: 1 };
    // @ts-expect-error: seed is missing
    readOptions('draw', options, { size: undefined, mode: 'fast' });
    // @ts-expect-error: there is no option named color
    readOptions('draw', options, { size: undefined, mode: 'fast', seed: 1, color: 'red' });
    // @ts-expect-error: no mode is slow
    readOptions('draw', options, { size: undefined, mode: 'slow', seed: 1 });
    // @ts-expect-error: seed has no default, so it may be undefined
    readOptions('draw', options, { size: undefined, mode: 'fast', seed: undefined }).seed satisfies number | null;
  });

  test('of a few words are one of them', () => {
    expect(checkChoice('draw', 'mode', 'fast', ['fast', 'exact'])).toBe('fast');
    const refused = () => checkChoice<string>('draw', 'mode', 'slow', ['fast', 'exact', 'none']);
    expect(refused).toThrow("draw: expected mode to be 'fast', 'exact' or 'none', got 'slow'");
  });
});
