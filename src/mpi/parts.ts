import { Generator, type GeneratorState } from '../random.js';

/** A range of whole numbers, the last one left out. */
export type Span = readonly [from: number, to: number];

/** The share of one of `count` of `length` things, in their order: as many as the others have, or one more or less. */
export function spanOf(which: number, count: number, length: number): Span {
  return [Math.floor((which * length) / count), Math.floor(((which + 1) * length) / count)];
}

/**
 * How many parts of a batch hold something: as many as there are parts, but none with one example alone where it can be helped,
 * of which batch norm behind a global pooling could make nothing.
 */
export function filledParts(parts: number, examples: number): number {
  return Math.max(1, Math.min(parts, Math.floor(examples / 2)));
}

/**
 * What the parts of a batch draw: each the same, whichever rank computes it, and whatever the others draw. The generators
 * themselves stay where they are, as all ranks have them: the number of the step makes one batch differ from the next.
 */
export class Draws {
  readonly #generators: readonly Generator[];
  readonly #states: readonly GeneratorState[];
  readonly #step: number;

  /** @param generators all that a part may draw from, in the same state on all ranks */
  constructor(generators: readonly Generator[], step: number) {
    this.#generators = generators;
    this.#states = generators.map((each) => each.getState());
    this.#step = step;
  }

  /** Lets the generators give what belongs to a part. */
  begin(part: number): void {
    this.#generators.forEach((generator, i) => {
      const { c, s0, s1, s2 } = this.#states[i];
      generator.setState(new Generator([c, s0, s1, s2, this.#step, part].join()).getState());
    });
  }

  /** Puts them back. */
  end(): void {
    this.#generators.forEach((generator, i) => {
      generator.setState(this.#states[i]);
    });
  }
}
