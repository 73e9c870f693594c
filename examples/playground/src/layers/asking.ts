import { useEffect, useState } from 'preact/hooks';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';

/**
 * Shortest time from an answer to the next question while the network learns, in ms, and at least as long as the answer took: the
 * training needs the cores.
 */
const BETWEEN = 2000;
/**
 * Puts the questions of a card's sections to the worker, one at a time and of each section only the newest, and keeps the
 * answers for as long as the weights are kept.
 */
export class Asking {
  readonly #known = new WeakMap<Float32Array, Map<string, unknown>>();
  /** By section. */
  readonly #waiting = new Map<string, () => Promise<void>>();
  readonly #asked = new Map<string, number>();
  #busy = false;
  #earliest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly isLearning: () => boolean) {}

  keep(weights: Float32Array, key: string, answer: unknown): void {
    const all = this.#known.get(weights) ?? new Map<string, unknown>();
    this.#known.set(weights, all.set(key, answer));
  }

  known(weights: Float32Array, key: string): unknown {
    return this.#known.get(weights)?.get(key);
  }

  want(section: string, ask: () => Promise<void>): void {
    this.#waiting.set(section, ask);
    this.#next();
  }

  drop(section: string): void {
    this.#waiting.delete(section);
  }

  #next(): void {
    clearTimeout(this.#timer);
    if (this.#busy || this.#waiting.size === 0) return;
    const wait = this.isLearning() ? this.#earliest - performance.now() : 0;
    // Never at once: all sections say first what they want.
    this.#timer = setTimeout(() => this.#ask(), Math.max(0, wait));
  }

  async #ask(): Promise<void> {
    // The section that was asked about least lately.
    const lately = (section: string) => this.#asked.get(section) ?? 0;
    const [section] = [...this.#waiting.keys()].sort((a, b) => lately(a) - lately(b));
    const ask = this.#waiting.get(section);
    if (!ask) return;
    this.#waiting.delete(section);
    this.#busy = true;
    const began = performance.now();
    this.#asked.set(section, began);
    await ask();
    const now = performance.now();
    this.#earliest = now + Math.max(BETWEEN, now - began);
    this.#busy = false;
    this.#next();
  }
}

/** An answer, and which weights it is of. */
export interface Answered<Answer> {
  answer: Answer;
  /** Of the network after so many batches. */
  step: number;
  /** Whether these are the weights that were asked about. */
  exact: boolean;
}

/**
 * What the worker says of a state; null until it has, or when it cannot. While the network learns, it may be of a state
 * shortly before.
 * @param section of the card, whose older question this one replaces
 * @param key what is asked
 */
export function useAnswer<Answer>(
  asking: Asking,
  section: string,
  key: string,
  { weights, step }: Pick<Snapshot, 'weights' | 'step'>,
  inSight: boolean,
  ask: () => Promise<Answer | null>,
): Answered<Answer> | null {
  const { training, parts } = useStore();
  const learning = training.isLearning.value;
  const [last, setLast] = useState<{ asking: Asking; key: string; answer: Answer; step: number } | null>(null);
  const answer = asking.known(weights, key) as Answer | undefined;
  const open = inSight && answer === undefined && parts.uninspected.value === null;
  useEffect(() => {
    if (!open) return;
    asking.want(section, async () => {
      const given = await ask();
      if (given === null) return;
      asking.keep(weights, key, given);
      setLast({ asking, key, answer: given, step });
    });
    return () => asking.drop(section);
  }, [asking, section, key, weights, open, learning]);
  if (answer !== undefined) return { answer, step, exact: true };
  if (!learning || last?.asking !== asking || last.key !== key) return null;
  return { answer: last.answer, step: last.step, exact: false };
}
