import type { Dataset } from '../../../../src/index.js';
import type { Settings } from '../state/settings.js';
import { type Connection, connect } from '../worker/connection.js';
import type { Changed, FromInspector, Seen, ToInspector } from './messages.js';

/** How many questions the worker may leave unanswered: on a phone it computes for seconds. */
const UNANSWERED = 20;

interface Waiting {
  resolve(answer: Seen | Changed): void;
  reject(reason: Error): void;
}

/** Asks a worker about filters; it is started by the first question, and again when it is gone. */
export class Inquiry {
  #worker: Connection<ToInspector> | null = null;
  #asked = 0;
  readonly #waiting = new Map<number, Waiting>();

  constructor(
    private readonly settings: Settings,
    private readonly heldOut: Dataset,
  ) {}

  look(weights: Float32Array, filter: number): Promise<Seen> {
    return this.#ask((id) => ({ type: 'look', id, weights, filter })) as Promise<Seen>;
  }

  /** What happens without the filter, or with the hand-made one of a name in its place. */
  change(weights: Float32Array, filter: number, by: string | null): Promise<Changed> {
    return this.#ask((id) => ({ type: 'change', id, weights, filter, by })) as Promise<Changed>;
  }

  /** Ends the worker; what has been asked stays unanswered. */
  end(): void {
    this.#worker?.end();
    this.#worker = null;
    this.#waiting.clear();
  }

  #ask(question: (id: number) => ToInspector): Promise<Seen | Changed> {
    const id = ++this.#asked;
    this.#worker ??= this.#connect();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.post(question(id));
    });
  }

  #connect(): Connection<ToInspector> {
    const worker = connect<ToInspector, FromInspector>(
      'inspector',
      UNANSWERED,
      (message) => {
        const waiting = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        if (message.type === 'failed') waiting?.reject(new Error(message.message));
        else waiting?.resolve(message.answer);
      },
      () => {
        this.#worker = null;
        for (const { reject } of this.#waiting.values()) reject(new Error('the worker is gone'));
        this.#waiting.clear();
      },
    );
    const { inputs, labels } = this.heldOut;
    worker.post({ type: 'prepare', settings: this.settings, inputs, labels });
    return worker;
  }
}
