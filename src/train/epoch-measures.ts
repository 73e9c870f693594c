import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, show } from '../errors.js';
import { shareOf } from '../ops/share.js';
import type { Checkpoint } from './callback.js';
import { average, isCollecting, type Metric, resultsOf } from './metrics.js';

const NOTHING = { seen: 0, loss: 0, weight: 0 };

/** @internal What is measured of an epoch: sums over its examples so far, metrics, and what a `step` has logged. */
export class EpochMeasures {
  readonly sums = { ...NOTHING };
  readonly #metrics: ReadonlyMap<string, Metric<unknown, unknown>>;
  readonly #logged = new Map<string, Metric<unknown, unknown>>();
  /** Whether the loss is one of the numbers that are logged. */
  readonly #logs: boolean;

  constructor(metrics: ReadonlyMap<string, Metric<unknown, unknown>>, logs: boolean) {
    this.#metrics = metrics;
    this.#logs = logs;
    this.forget();
  }

  /** Begins anew. */
  forget(): void {
    Object.assign(this.sums, NOTHING);
    this.#logged.clear();
    for (const metric of this.#metrics.values()) metric.reset();
  }

  /** Takes into account what the model gave for a batch. */
  notice(examples: number, loss: Tensor, output: unknown, targets: unknown): void {
    const { sum, weight } = shareOf(loss, examples);
    this.sums.seen += examples;
    this.sums.loss += sum;
    this.sums.weight += weight;
    for (const metric of this.#metrics.values()) metric.update(output, targets);
  }

  /**
   * Takes into account what a step of one's own has logged for a batch.
   * @param refuse is called with the first number that is not finite
   */
  log(examples: number, logged: Record<string, number>, refuse: (name: string, value: number) => void): void {
    if (typeof logged !== 'object' || logged === null || Array.isArray(logged) || logged instanceof Tensor) {
      const expected = 'expected the step to return numbers by name, such as { loss: 0.3 }';
      throw new ArgumentError('fit', `${expected}, got ${show(logged)}`);
    }
    this.sums.seen += examples;
    for (const [name, value] of Object.entries(logged)) {
      if (typeof value !== 'number') {
        throw new ArgumentError('fit', `expected the step to return a number as ${name}, got ${show(value)}`);
      }
      if (!Number.isFinite(value)) refuse(name, value);
      if (!this.#logged.has(name)) this.#logged.set(name, average());
      this.#logged.get(name)!.update(value, examples);
    }
  }

  /**
   * The metrics of this epoch so far.
   * @param all whether also those that are functions of all outputs, which take a while
   */
  figures(all: boolean): Record<string, number> {
    const chosen = this.#all.filter(([, metric]) => all || !isCollecting(metric));
    return resultsOf(chosen);
  }

  /** The mean loss of this epoch so far, or what the steps logged as 'loss'; NaN where they did not. */
  get loss(): number {
    if (this.#logs) return this.#logged.get('loss')?.result() ?? Number.NaN;
    return this.sums.loss / this.sums.weight;
  }

  get #all(): [string, Metric<unknown, unknown>][] {
    return [...this.#metrics, ...this.#logged];
  }

  saveState(): Pick<Checkpoint, 'sums' | 'metrics'> {
    const states = this.#all.filter(([, metric]) => metric.saveState).map(([name, each]) => [name, each.saveState!()]);
    return { sums: { ...this.sums }, metrics: Object.fromEntries(states) };
  }

  loadState({ sums, metrics }: Pick<Checkpoint, 'sums' | 'metrics'>): void {
    Object.assign(this.sums, sums);
    if (this.#logs) for (const name of Object.keys(metrics)) this.#logged.set(name, average());
    for (const [name, metric] of this.#all) if (Object.hasOwn(metrics, name)) metric.loadState?.(metrics[name]);
  }
}
