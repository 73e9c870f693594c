import { batch, type Signal, signal } from '@preact/signals';
import { type Connection, connect, SLOWER } from '../worker/connection.js';
import type { SlowReason } from '../worker/engine.js';
import type { Failure } from '../worker/failure.js';
import type { Drawings, FromAnimals, Measured, ToAnimals } from './messages.js';
import type { Question, Sizes } from './sizes.js';

type Phase = 'idle' | 'drawing' | 'running' | 'paused' | 'finished' | 'broken';

/** How many questions of `connect` the worker may leave unanswered: it draws for seconds, and learns a batch in less than one. */
const UNANSWERED = { drawing: 20, learning: 4 };

/** One training on drawn animals after the other, each in a worker of its own, which ends with it and gives its memory back. */
export class Run {
  readonly phase: Signal<Phase> = signal('idle');
  readonly problem = signal<Failure | null>(null);
  /** Why plain loops compute; null where the fast kernels do. */
  readonly slow = signal<SlowReason | null>(null);
  readonly step = signal(0);
  /** NaN until it is known. */
  readonly steps = signal(Number.NaN);
  /** From the untrained network on, one for each epoch. */
  readonly measured = signal<readonly Measured[]>([]);
  readonly drawings = signal<Drawings | null>(null);
  readonly hash = signal<string | null>(null);
  /** Of the training that is shown, or of the one to come. */
  readonly seed: Signal<number>;
  #worker: Connection<ToAnimals> | null = null;

  constructor(
    readonly question: Question,
    readonly sizes: Sizes,
    seed = 0,
  ) {
    this.seed = signal(seed);
  }

  get isLearning(): boolean {
    return this.phase.value === 'drawing' || this.phase.value === 'running';
  }

  /** Begins, or goes on after a pause. */
  start(): void {
    if (this.phase.value === 'paused') {
      this.phase.value = Number.isNaN(this.steps.value) ? 'drawing' : 'running';
      this.#worker?.post({ type: 'pace', paused: false });
      return;
    }
    this.reset();
    this.phase.value = 'drawing';
    this.#worker = connect<ToAnimals, FromAnimals>(
      'animals',
      () => {
        const drawing = Number.isNaN(this.steps.value);
        return UNANSWERED[drawing ? 'drawing' : 'learning'] * (this.slow.value === null ? 1 : SLOWER);
      },
      (message) => batch(() => this.#receive(message)),
      (failure) => this.#break(failure),
    );
    this.#worker.post({ type: 'begin', question: this.question, seed: this.seed.value, sizes: this.sizes });
  }

  pause(): void {
    if (!this.isLearning) return;
    this.phase.value = 'paused';
    this.#worker?.post({ type: 'pace', paused: true });
  }

  /** Ends the worker, and forgets what it found. */
  reset(): void {
    this.end();
    batch(() => {
      this.phase.value = 'idle';
      for (const state of [this.problem, this.slow, this.drawings, this.hash]) state.value = null;
      this.step.value = 0;
      this.steps.value = Number.NaN;
      this.measured.value = [];
    });
  }

  /** Ends the worker. */
  end(): void {
    this.#worker?.end();
    this.#worker = null;
  }

  #receive(message: Exclude<FromAnimals, { type: 'pong' }>): void {
    switch (message.type) {
      case 'started':
        this.slow.value = message.slow;
        return;
      case 'drawn':
        this.drawings.value = message.drawings;
        return;
      case 'step':
        this.step.value = message.step;
        this.steps.value = message.steps;
        if (this.phase.value === 'drawing') this.phase.value = 'running';
        return;
      case 'measured':
        this.measured.value = [...this.measured.value, message.measured];
        return;
      case 'finished':
        this.end();
        this.hash.value = message.hash;
        this.phase.value = 'finished';
        return;
      case 'failed':
        this.#break(message.failure);
    }
  }

  /** What was found before stays, with the batch that it is of. */
  #break(failure: Failure): void {
    this.end();
    batch(() => {
      this.problem.value = failure;
      this.phase.value = 'broken';
    });
  }
}
