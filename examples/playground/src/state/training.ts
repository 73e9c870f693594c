import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { type Connection, connect, SLOWER } from '../worker/connection.js';
import type { Failure } from '../worker/failure.js';
import type { HeldOut } from '../worker/held-out.js';
import type { Frame, FromTrainer, HeldOutScore, Measured, Prepared, ToTrainer } from '../worker/messages.js';
import { Measuring, type Snapshot, UNKNOWN } from './measuring.js';
import { PACES, type PaceName } from './pace.js';
import type { Settings } from './settings.js';

export type Phase = 'loading' | 'ready' | 'running' | 'paused' | 'finished' | 'broken';

/** What came out in the end. */
export interface Result {
  hash: string;
  trainSeconds: number;
  imagesPerSecond: number;
}

/** Weights that came from elsewhere. */
export interface Loaded {
  name: string;
  weights: Float32Array<ArrayBuffer>;
  hash: string;
  /** After how many batches; UNKNOWN when nobody knows. */
  step: number;
}

/** Loss and accuracy on the batches shortly before a step. */
export interface Point {
  step: number;
  loss: number;
  accuracy: number;
}

/** Shortest time between two points of the curves, in ms: who looks sees no more, and a page has other things to do. */
const BETWEEN_POINTS = 100;

/** How many threads train, on so many cores: the page needs one for itself. */
function threadsOn(cores: number): number {
  return Math.max(1, Math.min(16, cores - 1));
}

/** How many questions a training worker may leave unanswered: it answers at least every 100 ms. */
const UNANSWERED = 3;

/** How well a network does on the held-out digits, as it is read. */
interface Standing {
  accuracy: string;
  loss: string;
  /** The step that these are of, when it is an earlier one than that of the network shown; else null. */
  lag: number | null;
  /** How many of the held-out digits these are of, when it is not all of them; else null. */
  some: number | null;
}

/** A share as it is read. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** One training after the other, in a worker; what the page shows of it. */
export class Training {
  readonly phase: Signal<Phase> = signal('loading');
  /** Why a training is over before its end. */
  readonly problem = signal<Failure | null>(null);
  /** Why nothing can be measured; null when it can. */
  readonly unmeasured = signal<Failure | null>(null);
  readonly prepared = signal<Prepared | null>(null);
  readonly result = signal<Result | null>(null);
  /** What is shown in place of a run; null when it is a run. */
  readonly loaded = signal<Loaded | null>(null);
  readonly pace: Signal<PaceName> = signal('full');
  readonly isLearning: ReadonlySignal<boolean> = computed(() => this.phase.value === 'running');
  /** The held-out digits, as the network gets them; null while they are being loaded. */
  readonly heldOut = signal<HeldOut | null>(null);
  /** The newest state of the network. */
  readonly live = signal<Snapshot | null>(null);
  readonly imagesPerSecond = signal(0);
  readonly points = signal<readonly Point[]>([]);
  /** The states that the timeline keeps, from step 0 on; the only one of unknown weights. */
  readonly snapshots = signal<readonly Snapshot[]>([]);
  /** Which snapshot the slider points at; null follows the training. */
  readonly selected = signal<number | null>(null);
  /** What the page shows: the snapshot selected, or the newest state. */
  readonly shown: ReadonlySignal<Snapshot | null> = computed(() => {
    const selected = this.selected.value;
    return selected === null ? this.live.value : (this.snapshots.value[selected] ?? this.live.value);
  });
  /** What was measured of it, and how it names the held-out digits: these change more rarely than it does. */
  readonly measured: ReadonlySignal<Measured | null> = computed(() => this.#current(this.shown.value?.measured));
  readonly score: ReadonlySignal<HeldOutScore | null> = computed(() =>
    this.#current(this.shown.value?.measured?.heldOut),
  );
  /** The score with the digits that it is of. */
  readonly scored: ReadonlySignal<{ score: HeldOutScore; heldOut: HeldOut } | null> = computed(() => {
    const [score, heldOut] = [this.score.value, this.heldOut.value];
    return score && heldOut && { score, heldOut };
  });
  /** Whether the network is at rest, and `score` of one before or of some digits: its own is being counted. */
  readonly counting: ReadonlySignal<boolean> = computed(() => {
    const shown = this.shown.value;
    return !this.isLearning.value && this.score.value !== null && shown !== null && !this.isWhole(shown);
  });
  /** The step that the slider points at; null when it follows the training. */
  readonly mark: ReadonlySignal<number | null> = computed(() =>
    this.selected.value === null ? null : (this.shown.value?.step ?? null),
  );
  /** The same network before training; null while there is none, and when nobody knows it. */
  readonly untrained: ReadonlySignal<Snapshot | null> = computed(() => {
    const first = this.snapshots.value.at(0);
    return first?.step === 0 ? first : null;
  });
  readonly #measuring: Measuring;
  #trainer: Connection<ToTrainer> | null = null;
  #run = 0;
  #lastPoint = 0;

  /** @param digits address of the packed digits */
  constructor(
    private readonly settings: ReadonlySignal<Settings>,
    private readonly digits: string,
  ) {
    this.#measuring = new Measuring(digits, this);
  }

  /** Ends what there is and prepares a new network; with `start` it trains at once. */
  reset(start = false): void {
    this.#run++;
    batch(() => {
      this.phase.value = start ? 'running' : 'loading';
      for (const state of [this.problem, this.prepared, this.result, this.selected, this.loaded]) state.value = null;
      this.points.value = [];
    });
    this.#trainer ??= this.#connect();
    const settings = this.settings.value;
    const threads = threadsOn(navigator.hardwareConcurrency);
    this.#trainer.post({ type: 'prepare', run: this.#run, settings, digits: this.digits, threads, pace: this.#pace() });
    this.#measuring.prepare(this.#run, this.settings.value);
  }

  /** Starts whatever has failed again: the measuring for the state that there is, a training from its beginning. */
  mend(): void {
    if (this.problem.value && this.loaded.value) this.load(this.loaded.value);
    else if (this.problem.value) this.reset();
    else if (this.unmeasured.value) this.#measuring.restart();
  }

  /** Prepares a new network, and shows these weights as what became of it. */
  load(loaded: Loaded): void {
    this.reset();
    this.loaded.value = loaded;
  }

  /** Trains on, or anew when the last training is over or there is none. */
  start(): void {
    if (this.phase.value === 'finished' || this.phase.value === 'broken' || this.loaded.value) {
      this.reset(true);
      return;
    }
    this.phase.value = 'running';
    this.selected.value = null;
    this.#sendPace();
  }

  pause(): void {
    if (this.phase.value !== 'running') return;
    this.phase.value = 'paused';
    this.#sendPace();
    this.#measuring.look();
  }

  /** Whether all held-out digits have been counted for the very state. */
  isWhole(state: Snapshot): boolean {
    return this.#measuring.isWhole(state);
  }

  /**
   * How a state names the held-out digits, to be read: '–' until that is known, '…' while a network at rest is being
   * measured. While it learns, the last that is known, the step that this is of, and of how many digits.
   */
  standingOf(state: Snapshot | null): Standing {
    const score = state?.measured?.heldOut;
    const lives = !this.unmeasured.value;
    const exact = score?.step === state?.step;
    // What is not going to be counted better is shown as it is.
    const final = state !== null && (this.isWhole(state) || !lives);
    if (score && (this.isLearning.value ? exact || lives : exact && final)) {
      const some = score.digits === this.heldOut.value?.length ? null : score.digits;
      return { accuracy: percent(score.accuracy), loss: score.loss.toFixed(3), lag: exact ? null : score.step, some };
    }
    const unknown = score && lives ? '…' : '–';
    return { accuracy: unknown, loss: unknown, lag: null, some: null };
  }

  /** How many times as long as with the fast kernels all workers may take. */
  slowness(): number {
    return this.prepared.value?.slow === null ? 1 : SLOWER;
  }

  /** Learns from one batch, and waits. */
  step(): void {
    if (this.phase.value === 'finished' || this.phase.value === 'broken') return;
    if (this.loaded.value) this.reset();
    this.phase.value = 'paused';
    this.selected.value = null;
    this.#sendPace();
    this.#trainer?.post({ type: 'step' });
  }

  setPace(pace: PaceName): void {
    this.pace.value = pace;
    this.#sendPace();
  }

  #pace() {
    return { paused: this.phase.value !== 'running', stepsPerSecond: PACES[this.pace.value] };
  }

  #sendPace(): void {
    this.#trainer?.post({ type: 'pace', ...this.#pace() });
  }

  #connect(): Connection<ToTrainer> {
    return connect<ToTrainer, FromTrainer>(
      'trainer',
      () => UNANSWERED * this.slowness(),
      (message) => message.run === this.#run && batch(() => this.#receive(message)),
      (failure) => this.#break(failure),
    );
  }

  /**
   * What was measured of the state shown. It may be of one before, and its step then says so, as long as the state itself
   * is still going to be measured; null when it is not.
   */
  #current<What extends { step: number }>(measured: What | null | undefined): What | null {
    if (!measured || !this.prepared.value) return null;
    return measured.step === this.shown.value?.step || !this.unmeasured.value ? measured : null;
  }

  #receive(message: Exclude<FromTrainer, { type: 'pong' }>): void {
    switch (message.type) {
      case 'prepared': {
        const { prepared, frame } = message;
        this.prepared.value = prepared;
        this.snapshots.value = [];
        this.live.value = null;
        for (const each of this.#begun(prepared, frame)) this.#show(each);
        if (this.phase.value === 'loading') this.phase.value = 'ready';
        return;
      }
      case 'frame':
        this.#show(message.frame);
        return;
      case 'finished':
        this.result.value = message;
        this.imagesPerSecond.value = message.imagesPerSecond;
        this.phase.value = 'finished';
        this.#measuring.look();
        return;
      case 'failed':
        this.#break(message.failure);
    }
  }

  /** What a run is shown with at first: its network, untrained, and what came from elsewhere in its place or after it. */
  #begun({ steps, epochs }: Prepared, frame: Frame): Frame[] {
    if (!this.loaded.value) return [frame];
    const { weights, step } = this.loaded.value;
    // A step that such a training does not have says nothing.
    if (step > steps) return [{ ...frame, weights, step: UNKNOWN, epoch: UNKNOWN }];
    const epoch = Math.ceil((step * epochs) / steps);
    return [...(step > 0 ? [frame] : []), { ...frame, weights, step, epoch }];
  }

  #show(frame: Frame): void {
    const { step, epoch, loss, accuracy, weights } = frame;
    if (!weights.every(Number.isFinite)) return; // There is nothing to see or to measure; the next batch ends the training.
    const { filters, kernelSize } = this.settings.value;
    const shape = [filters, 1, kernelSize, kernelSize];
    const snapshot = { step, epoch, weights, shape, measured: this.live.value?.measured ?? null };
    this.live.value = snapshot;
    this.imagesPerSecond.value = frame.imagesPerSecond;
    if (Number.isFinite(loss) && (frame.kept || performance.now() - this.#lastPoint > BETWEEN_POINTS)) {
      this.#lastPoint = performance.now();
      this.points.value = [...this.points.value, { step, loss, accuracy }];
    }
    if (frame.kept) this.snapshots.value = [...this.snapshots.value, { ...snapshot, measured: null }];
    this.#measuring.look();
  }

  #break(failure: Failure): void {
    this.#trainer?.end();
    this.#trainer = null;
    if (this.phase.value === 'finished') return; // Nothing is lost, and the next training has a worker of its own.
    batch(() => {
      this.problem.value = failure;
      this.phase.value = 'broken';
      // What is left of the run before is not what the settings say.
      if (!this.prepared.value) {
        this.live.value = null;
        this.snapshots.value = [];
      }
    });
    this.#measuring.look();
  }
}
