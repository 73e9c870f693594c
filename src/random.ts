import { Alea } from './alea.js';
import { ArgumentError, show } from './errors.js';

/** All that a generator needs to go on where it was: plain numbers, ready for JSON. */
export interface GeneratorState {
  c: number;
  s0: number;
  s1: number;
  s2: number;
  spare: number | null;
}

/**
 * A seeded source of random numbers: Baagøe's Alea, as in the package seedrandom. The same seed gives the same
 * numbers in Node and in a browser. Nothing in convgrad draws from `Math.random`.
 */
export class Generator {
  readonly #alea: Alea;
  #spare: number | null = null;

  /** @param seed a number or a string; 1 and '1' are the same seed. */
  constructor(seed: number | string) {
    if (typeof seed === 'number' ? !Number.isFinite(seed) : typeof seed !== 'string') {
      throw new ArgumentError('Generator', `expected a seed that is a number or a string, got ${show(seed)}`);
    }
    this.#alea = new Alea(String(seed));
  }

  /** A number in [low, high), with 32 random bits. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * this.#alea.next();
  }

  /** A number from the normal distribution of mean 0 and variance 1 (Marsaglia's polar method). */
  normal(): number {
    if (this.#spare !== null) {
      const value = this.#spare;
      this.#spare = null;
      return value;
    }
    let u: number;
    let v: number;
    let s: number;
    do {
      u = this.uniform(-1, 1);
      v = this.uniform(-1, 1);
      s = u * u + v * v;
    } while (s >= 1 || s === 0);
    const scale = Math.sqrt((-2 * logarithm(s)) / s);
    this.#spare = v * scale;
    return u * scale;
  }

  /** A whole number in [0, n). */
  integer(n: number): number {
    return Math.floor(this.#alea.double() * n);
  }

  /** Puts `items` into a random order, in place, and returns it (Fisher and Yates). */
  shuffle<A extends { length: number; [index: number]: unknown }>(items: A): A {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }

  /** Where the generator stands; `setState` of it, later or elsewhere, goes on with the same numbers. */
  getState(): GeneratorState {
    return { ...this.#alea.state, spare: this.#spare };
  }

  /** Goes on from where a generator stood: from what `getState` gave. */
  setState({ spare, ...state }: GeneratorState): void {
    this.#alea.state = state; // A copy.
    this.#spare = spare;
  }
}

/**
 * The natural logarithm of a number in (0, 1), to about 1e-15, from plain arithmetic: engines differ in the last bit of
 * Math.log, and the same seed is to give the same numbers in all of them. x = m * 2^k with m in [sqrt(1/2), sqrt(2)),
 * and log m = 2 (s + s^3/3 + s^5/5 + ...) with s = (m - 1) / (m + 1).
 */
function logarithm(x: number): number {
  let k = 0;
  for (; x < Math.SQRT1_2; x *= 2) k--;
  const s = (x - 1) / (x + 1);
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * s * s + 1 / n;
  return 2 * s * sum + k * Math.LN2;
}

let defaultGenerator = /* @__PURE__ */ new Generator(0);

/** Seeds the generator that is used wherever none is given. It starts with seed 0, so that every run can be repeated. */
export function manualSeed(seed: number | string): Generator {
  defaultGenerator = new Generator(seed);
  return defaultGenerator;
}

/** The generator that is used wherever none is given. */
export function getDefaultGenerator(): Generator {
  return defaultGenerator;
}

/** @internal The generator that is given, checked to be one; the default one when there is none. */
export function generatorOf(where: string, generator: Generator = defaultGenerator): Generator {
  if (generator instanceof Generator) return generator;
  throw new ArgumentError(where, `expected generator to be a Generator, got ${show(generator)}`);
}
