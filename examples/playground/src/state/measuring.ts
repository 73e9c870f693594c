import { batch, type ReadonlySignal, type Signal } from '@preact/signals';
import { Dataset, type Shape } from '../../../../src/index.js';
import { type Connection, connect } from '../worker/connection.js';
import type { Failure } from '../worker/failure.js';
import type { FromMeasurer, Measured, ToMeasurer } from '../worker/messages.js';
import type { Settings } from './settings.js';

/** A state of the network. */
export interface Snapshot {
  step: number;
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
  heldOut: Signal<Dataset | null>;
  nullsAreReady: Signal<boolean>;
  /** Why nothing can be measured; null when it can. */
  unmeasured: Signal<Failure | null>;
  /** Whether the network is learning just now. */
  isLearning: ReadonlySignal<boolean>;
  /** How many times as long as with the fast kernels the worker may take. */
  slowness(): number;
}

/** How many questions the worker may leave unanswered: drawing the nulls takes it seconds, on a phone many. */
const UNANSWERED = { measuring: 8, drawing: 20 };

/** Shortest time between two measurements while the network learns, in ms: the cores have other things to do. */
const BETWEEN = 120;

/**
 * Has states of the network measured in a worker, one after the other: the newest snapshot first, so that the page does
 * not lag behind on a slow machine; then older ones, then the newest state of all.
 */
export class Measuring {
  #worker: Connection<ToMeasurer> | null = null;
  #run = 0;
  #settings: Settings | null = null;
  #prepared = false;
  /** What the worker does: it measures a state, or draws the nulls; null when it has nothing to do. */
  #task: { step: number; kept: boolean } | 'nulls' | null = null;
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
    const { unmeasured, nullsAreReady } = this.target;
    this.#run = run;
    this.#settings = settings;
    this.#prepared = false;
    this.#task = null;
    this.#newest = -1;
    nullsAreReady.value = false;
    unmeasured.value = null;
    this.#worker ??= this.#connect();
    this.#worker.post({ type: 'prepare', run, settings, digits: this.digits });
  }

  /** Begins anew with the run that there is, in another worker when that is gone. */
  restart(): void {
    if (this.#settings) this.prepare(this.#run, this.#settings);
  }

  /** Looks for something to do: a new state may be there. */
  look(): void {
    if (!this.#prepared || this.#task !== null) return;
    const { snapshots, live, nullsAreReady, isLearning } = this.target;
    const unmeasured = snapshots.value.findLast(({ measured }) => measured === null);
    if (unmeasured) this.#measure(unmeasured, true, true);
    else if (!live.value) return;
    else if (!nullsAreReady.value) this.#drawNulls();
    else if (!isLearning.value && live.value.measured?.heldOut?.step !== live.value.step) {
      this.#measure(live.value, false, true); // Paused: what stays in sight is measured in full.
    } else if (live.value.step > this.#newest || !live.value.measured?.nulls) this.#measureSoon(live.value);
    else {
      const uncompared = snapshots.value.findLast(({ measured }) => measured !== null && measured.nulls === null);
      if (uncompared) this.#measure(uncompared, true, false);
    }
  }

  /** Not at once when the last time is not long ago. */
  #measureSoon(live: Snapshot): void {
    const now = performance.now();
    const wait = this.target.isLearning.value ? this.#last + BETWEEN - now : 0;
    if (wait <= 0) {
      this.#last = now;
      this.#measure(live, false, false);
    } else {
      this.#timer ??= setTimeout(() => {
        this.#timer = null;
        this.look();
      }, wait);
    }
  }

  #measure({ step, weights }: Snapshot, kept: boolean, heldOut: boolean): void {
    this.#task = { step, kept };
    this.#worker?.post({ type: 'measure', run: this.#run, step, weights, heldOut });
  }

  #drawNulls(): void {
    this.#task = 'nulls';
    this.#worker?.post({ type: 'nulls', run: this.#run });
  }

  #connect(): Connection<ToMeasurer> {
    return connect<ToMeasurer, FromMeasurer>(
      'measurer',
      () => {
        const draws = !this.#prepared || this.#task === 'nulls';
        return UNANSWERED[draws ? 'drawing' : 'measuring'] * this.target.slowness();
      },
      (message) => message.run === this.#run && batch(() => this.#receive(message)),
      (failure) => this.#fail(failure),
    );
  }

  /** The next run starts another worker, and so does `restart`; until then there is nothing to measure with. */
  #fail(failure: Failure): void {
    this.#worker?.end();
    this.#worker = null;
    this.#prepared = false;
    this.#task = null;
    this.target.unmeasured.value = failure;
  }

  #receive(message: Exclude<FromMeasurer, { type: 'pong' }>): void {
    const { target } = this;
    const task = this.#task;
    this.#task = null;
    if (message.type === 'prepared') {
      this.#prepared = true;
      const heldOut = new Dataset(message.inputs, [1, 28, 28], message.labels, 10);
      // The same digits are the same object: who shows one of them need not choose anew after each reset.
      if (!target.heldOut.value || !sameDigits(target.heldOut.value, heldOut)) target.heldOut.value = heldOut;
    } else if (message.type === 'nulls') {
      target.nullsAreReady.value = true;
    } else if (message.type === 'measured' && task !== null && task !== 'nulls') {
      this.#put(task, message.measured);
    } else if (message.type === 'failed') {
      this.#fail(message.failure);
    }
    this.look();
  }

  #put({ step, kept }: { step: number; kept: boolean }, measured: Measured): void {
    const { live, snapshots } = this.target;
    if (kept) {
      snapshots.value = snapshots.value.map((other) => (other.step === step ? joined(other, measured) : other));
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

function sameDigits(a: Dataset, b: Dataset): boolean {
  return a.length === b.length && a.inputs.every((value, i) => value === b.inputs[i]);
}
