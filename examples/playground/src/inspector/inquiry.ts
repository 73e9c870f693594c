import type { Combined, LayersAnswer, Likest, Separable } from '../layers/messages.js';
import type { Settings } from '../state/settings.js';
import { type Connection, connect } from '../worker/connection.js';
import type { Failure } from '../worker/failure.js';
import type { HeldOut } from '../worker/held-out.js';
import type { Changed, FromInspector, Seen, ToInspector } from './messages.js';

type Answer = Seen | Changed | LayersAnswer;

/** How many questions of `connect` the worker may leave unanswered: on a phone it computes for seconds. */
const UNANSWERED = { idle: 3, computing: 20 };

/** Asks a worker about filters; it is started by the first question, and again by the next when it is gone. */
export class Inquiry {
  #worker: Connection<ToInspector> | null = null;
  #asked = 0;
  readonly #waiting = new Map<number, (answer: Answer | null) => void>();

  /**
   * @param slowness how many times as long as with the fast kernels the worker may take
   * @param onFailure called when the worker could not answer, or is gone; then whatever was asked is answered by null
   */
  constructor(
    private readonly settings: Settings,
    private readonly heldOut: HeldOut,
    private readonly slowness: () => number,
    private readonly onFailure: (failure: Failure) => void,
  ) {}

  look(weights: Float32Array, filter: number): Promise<Seen | null> {
    return this.#ask((id) => ({ type: 'look', id, weights, filter })) as Promise<Seen | null>;
  }

  /** What happens without the filter, or with the hand-made one of a name in its place. */
  change(weights: Float32Array, filter: number, by: string | null): Promise<Changed | null> {
    return this.#ask((id) => ({ type: 'change', id, weights, filter, by })) as Promise<Changed | null>;
  }

  /** What a filter of the second layer combines. */
  combined(weights: Float32Array, filter: number): Promise<Combined | null> {
    return this.#ask((id) => ({ type: 'combined', id, weights, filter })) as Promise<Combined | null>;
  }

  /** What the network finds most like each digit. */
  likest(weights: Float32Array): Promise<Likest[] | null> {
    return this.#ask((id) => ({ type: 'likest', id, weights })) as Promise<Likest[] | null>;
  }

  /** How far each layer tells the digits apart. */
  separable(weights: Float32Array): Promise<Separable[] | null> {
    return this.#ask((id) => ({ type: 'separable', id, weights })) as Promise<Separable[] | null>;
  }

  /** Ends the worker; whatever was asked is answered by null. */
  end(): void {
    this.#worker?.end();
    this.#worker = null;
    for (const answer of this.#waiting.values()) answer(null);
    this.#waiting.clear();
  }

  #ask(question: (id: number) => ToInspector): Promise<Answer | null> {
    const id = ++this.#asked;
    this.#worker ??= this.#connect();
    const worker = this.#worker;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      worker.post(question(id));
    });
  }

  #connect(): Connection<ToInspector> {
    const fail = (failure: Failure) => {
      this.end();
      this.onFailure(failure);
    };
    const worker = connect<ToInspector, FromInspector>(
      'inspector',
      () => UNANSWERED[this.#waiting.size > 0 ? 'computing' : 'idle'] * this.slowness(),
      (message) => {
        if (message.type === 'failed') {
          fail(message.failure);
          return;
        }
        this.#waiting.get(message.id)?.(message.answer);
        this.#waiting.delete(message.id);
      },
      fail,
    );
    const { pixels, labels } = this.heldOut;
    worker.post({ type: 'prepare', settings: this.settings, pixels, labels });
    return worker;
  }
}
