import { batch, type Signal } from '@preact/signals';
import { Dataset, type Shape } from '../../../../src/index.js';
import { type Connection, connect } from '../worker/connection.js';
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
}

/** How many questions the worker may leave unanswered: drawing the nulls takes it seconds, on a phone many. */
const UNANSWERED = 20;

/** Has states of the network measured in a worker: all snapshots, and the newest state whenever there is time. */
export class Measuring {
  #worker: Connection<ToMeasurer> | null = null;
  #run = 0;
  #next = 0;
  #prepared = false;
  /** What was asked for, by number. */
  readonly #asked = new Map<number, { step: number; kept: boolean }>();
  /** The newest step that was asked for, and that was answered. */
  #lastAsked = -1;
  #lastAnswered = -1;
  #nullsAskedFor = false;

  constructor(
    private readonly digits: string,
    private readonly target: Measurable,
  ) {}

  /** Forgets the run before. */
  prepare(run: number, settings: Settings): void {
    this.#run = run;
    this.#asked.clear();
    this.#lastAsked = -1;
    this.#lastAnswered = -1;
    this.#prepared = false;
    this.#nullsAskedFor = false;
    this.target.nullsAreReady.value = false;
    this.#worker ??= this.#connect();
    this.#worker.post({ type: 'prepare', run, settings, digits: this.digits });
  }

  /** A new state is there, and `kept` if it is a new snapshot. */
  look(kept: boolean): void {
    const snapshot = this.target.snapshots.value.at(-1);
    if (kept && snapshot) this.#ask(snapshot, true, true);
    else this.#askForLive();
  }

  #askForLive(): void {
    const live = this.target.live.value;
    if (!this.#prepared || this.#asked.size > 0 || !live || live.step <= this.#lastAsked) return;
    this.#ask(live, false, false);
  }

  #ask({ step, weights }: Snapshot, kept: boolean, heldOut: boolean): void {
    const id = this.#next++;
    this.#asked.set(id, { step, kept });
    this.#lastAsked = Math.max(this.#lastAsked, step);
    this.#worker?.post({ type: 'measure', run: this.#run, id, weights, heldOut });
  }

  #connect(): Connection<ToMeasurer> {
    return connect<ToMeasurer, FromMeasurer>(
      'measurer',
      UNANSWERED,
      (message) => message.run === this.#run && batch(() => this.#receive(message)),
      () => {
        this.#worker = null; // The next run starts another; until then there is nothing to be measured with.
      },
    );
  }

  #receive(message: Exclude<FromMeasurer, { type: 'pong' }>): void {
    const { target } = this;
    if (message.type === 'prepared') {
      this.#prepared = true;
      target.heldOut.value = new Dataset(message.inputs, [1, 28, 28], message.labels, 10);
    } else if (message.type === 'measured') {
      this.#put(message.id, message.measured);
      if (!this.#nullsAskedFor) {
        // Only now, for it takes a while: the untrained filters have their names already.
        this.#nullsAskedFor = true;
        this.#worker?.post({ type: 'nulls', run: this.#run });
      }
      this.#askForLive();
    } else if (message.type === 'nulls') {
      target.nullsAreReady.value = true;
      for (const snapshot of target.snapshots.value) {
        if (snapshot.measured && !snapshot.measured.nulls) this.#ask(snapshot, true, false);
      }
      this.#lastAsked = -1; // The newest state, too, wants to be compared.
    } else {
      this.#asked.clear();
    }
  }

  #put(id: number, measured: Measured): void {
    const asked = this.#asked.get(id);
    if (!asked) return;
    this.#asked.delete(id);
    const { live, snapshots } = this.target;
    if (asked.kept) {
      snapshots.value = snapshots.value.map((other) => (other.step === asked.step ? joined(other, measured) : other));
    }
    if (!live.value || asked.step < this.#lastAnswered) return;
    this.#lastAnswered = asked.step;
    live.value = joined(live.value, measured);
  }
}

/** The score is measured more rarely than the filters are: the last one stays. */
function joined(snapshot: Snapshot, measured: Measured): Snapshot {
  return { ...snapshot, measured: { ...measured, heldOut: measured.heldOut ?? snapshot.measured?.heldOut ?? null } };
}
