import type { Pace } from './messages.js';

/** Lets what has come meanwhile be heard first: whoever computes for long then knows whether that is still wanted. */
export function afterMessages(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Thrown into a training that nobody wants any more. */
export class Canceled extends Error {}

/** Lets a training through batch by batch: not while it is paused, and no faster than the pace says. */
export class Gate {
  #pace: Pace;
  #allowed = 0;
  #due = 0;
  #canceled = false;
  #wake: () => void = () => {};
  /** Called when the training comes to a stand. */
  onHold: () => void = () => {};

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  setPace(pace: Pace): void {
    this.#pace = pace;
    this.#due = 0;
    this.#wake();
  }

  /** Lets one batch through while paused. */
  step(): void {
    this.#allowed = 1;
    this.#wake();
  }

  /** Ends the training that waits here, now or when it comes. */
  cancel(): void {
    this.#canceled = true;
    this.#wake();
  }

  /** Before each batch: nothing to wait for when it goes on at once. @throws Canceled */
  pass(): void | Promise<void> {
    if (this.#canceled) throw new Canceled();
    if (!this.#pace.paused && this.#pace.stepsPerSecond === null) return;
    return this.#wait();
  }

  async #wait(): Promise<void> {
    const holds = () => !this.#canceled && this.#pace.paused && this.#allowed === 0;
    if (holds()) this.onHold();
    while (holds()) await this.#woken();
    if (this.#canceled) throw new Canceled();
    if (this.#allowed > 0) {
      this.#allowed = 0;
      return;
    }
    if (this.#pace.stepsPerSecond === null) return;
    // Timers come late: what is due follows from what was due, unless that is long ago.
    const now = performance.now();
    this.#due = Math.max(this.#due, now - 100) + 1000 / this.#pace.stepsPerSecond;
    if (this.#due > now) await this.#woken(this.#due - now);
    if (this.#canceled) throw new Canceled();
    if (this.#pace.paused) await this.#wait();
  }

  #woken(after?: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (after !== undefined) setTimeout(resolve, after);
    });
  }
}
