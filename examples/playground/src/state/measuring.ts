import { batch, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Shape } from '../../../../src/index.js';
import { type Connection, connect } from '../worker/connection.js';
import type { Failure } from '../worker/failure.js';
import { HeldOut } from '../worker/held-out.js';
import type { FromMeasurer, Measured, ToMeasurer } from '../worker/messages.js';
import type { Settings } from './settings.js';

/** The step and the epoch of weights that came from elsewhere, and do not say how long they learned. */
export const UNKNOWN = Number.POSITIVE_INFINITY;

/** A state of the network. */
export interface Snapshot {
  /** Batches that it has learned from, or UNKNOWN. */
  step: number;
  /** Counted from 1, 0 before the first; or UNKNOWN. */
  epoch: number;
  /** All weights, one parameter after the other; conv1's filters come first. */
  weights: Float32Array<ArrayBuffer>;
  /** Of conv1's filters: [filters, 1, k, k]. */
  shape: Shape;
  /** What was measured of it, or, while a training goes on, of the state shortly before; null until it has been. */
  measured: Measured | null;
}

/** What is measured, and where the results go. */
interface Measurable {
  live: Signal<Snapshot | null>;
  snapshots: Signal<readonly Snapshot[]>;
  heldOut: Signal<HeldOut | null>;
  /** Why nothing can be measured; null when it can. */
  unmeasured: Signal<Failure | null>;
  /** Whether the network is learning just now. */
  isLearning: ReadonlySignal<boolean>;
  /** How many times as long as with the fast kernels the worker may take. */
  slowness(): number;
}

/** How many questions the worker may leave unanswered; until it has the digits, which it has to download, more. */
const UNANSWERED = { measuring: 8, preparing: 20 };

/** Shortest time between two measurements of states that are not kept while the network learns, in ms: the training needs the cores. */
const BETWEEN = 500;

/**
 * Has states of the network measured in a worker, one after the other. While the network learns: the newest snapshot
 * first, so that the page does not lag behind on a slow machine, with some of the held-out digits, and the filters alone
 * in between. At rest: what is live, then all snapshots, with all of these digits.
 */
export class Measuring {
  #worker: Connection<ToMeasurer> | null = null;
  #run = 0;
  #settings: Settings | null = null;
  #prepared = false;
  /** Whether the worker measures just now. */
  #busy = false;
  /** The newest step that was measured. */
  #newest = -1;
  /** When a state that is not kept was last measured, and the timer that waits for the next. */
  #last = 0;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly digits: string,
    private readonly target: Measurable,
  ) {}

  /** Forgets the run before. */
  prepare(run: number, settings: Settings): void {
    this.#run = run;
    this.#settings = settings;
    this.#prepared = false;
    this.#busy = false;
    this.#newest = -1;
    this.target.unmeasured.value = null;
    this.#worker ??= this.#connect();
    this.#worker.post({ type: 'prepare', run, settings, digits: this.digits });
  }

  /** Begins anew with the run that there is, in another worker when that is gone. */
  restart(): void {
    if (this.#settings) this.prepare(this.#run, this.#settings);
  }

  /** Looks for something to do: a new state may be there. */
  look(): void {
    const { snapshots, live, isLearning } = this.target;
    if (!this.#prepared || this.#busy || !live.value) return;
    if (isLearning.value) {
      const unmeasured = snapshots.value.findLast(({ measured }) => measured === null);
      if (unmeasured) this.#measure(unmeasured, 'some');
      else if (live.value.step > this.#newest) this.#measureSoon(live.value);
      return;
    }
    const uncounted = (state: Snapshot) => !this.isWhole(state);
    const next = uncounted(live.value) ? live.value : snapshots.value.findLast(uncounted);
    if (next) this.#measure(next, 'all');
  }

  /** Whether all held-out digits have been counted for the very state. */
  isWhole({ step, measured }: Snapshot): boolean {
    const score = measured?.heldOut;
    return score?.step === step && score.digits === this.target.heldOut.value?.length;
  }

  /** Not at once when the last time is not long ago. */
  #measureSoon(live: Snapshot): void {
    const now = performance.now();
    const wait = this.#last + BETWEEN - now;
    if (wait <= 0) {
      this.#last = now;
      this.#measure(live, 'none');
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.look();
      }, wait);
    }
  }

  #measure({ step, weights }: Snapshot, heldOut: 'none' | 'some' | 'all'): void {
    this.#busy = true;
    this.#worker?.post({ type: 'measure', run: this.#run, step, weights, heldOut });
  }

  #connect(): Connection<ToMeasurer> {
    return connect<ToMeasurer, FromMeasurer>(
      'measurer',
      () => UNANSWERED[this.#prepared ? 'measuring' : 'preparing'] * this.target.slowness(),
      (message) => message.run === this.#run && batch(() => this.#receive(message)),
      (failure) => this.#fail(failure),
    );
  }

  /** The next run starts another worker, and so does `restart`; until then there is nothing to measure with. */
  #fail(failure: Failure): void {
    this.#worker?.end();
    this.#worker = null;
    this.#prepared = false;
    this.#busy = false;
    this.target.unmeasured.value = failure;
  }

  #receive(message: Exclude<FromMeasurer, { type: 'pong' }>): void {
    const { target } = this;
    this.#busy = false;
    if (message.type === 'prepared') {
      this.#prepared = true;
      const heldOut = new HeldOut(message.pixels, message.labels);
      // The same digits are the same object: who shows one of them need not choose anew after each reset.
      if (!target.heldOut.value?.equals(heldOut)) target.heldOut.value = heldOut;
    } else if (message.type === 'measured') {
      this.#put(message.measured);
    } else {
      this.#fail(message.failure);
    }
    this.look();
  }

  #put(measured: Measured): void {
    const { live, snapshots } = this.target;
    const { step } = measured;
    if (measured.heldOut && snapshots.value.some((state) => state.step === step)) {
      snapshots.value = snapshots.value.map((state) => (state.step === step ? joined(state, measured) : state));
    }
    if (!live.value || step < this.#newest) return;
    this.#newest = step;
    live.value = joined(live.value, measured);
  }
}

/** The score is measured more rarely than the filters are: the last one stays. */
function joined(snapshot: Snapshot, measured: Measured): Snapshot {
  return { ...snapshot, measured: { ...measured, heldOut: measured.heldOut ?? snapshot.measured?.heldOut ?? null } };
}
