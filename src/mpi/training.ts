import { wrap } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import type { Dataset, Inputs, Targets } from '../data/dataset.js';
import { type Batch, DataLoader } from '../data/loader.js';
import { ArgumentError } from '../errors.js';
import { readState, writeState } from '../io/state.js';
import type { AnyModule } from '../nn/module.js';
import { shareOf } from '../ops/share.js';
import { clipGradNorm } from '../optim/clip.js';
import { getDefaultGenerator } from '../random.js';
import type { Checkpoint } from '../train/callback.js';
import { settingsOf } from '../train/checkpoint.js';
import { DivergenceError, diverged } from '../train/divergence.js';
import { lossOf, type Measures } from '../train/evaluate.js';
import type { FitSettings } from '../train/fit-options.js';
import { forwardOf } from '../train/predict.js';
import type { Run } from '../train/run.js';
import type { SharedTraining } from '../train/shared-training.js';
import { sizeOfBatch } from '../train/source.js';
import type { World } from '../train/world.js';
import { apart } from './callbacks.js';
import { evaluateTogether, loadState, stateOf } from './evaluation.js';
import { Flat } from './flat.js';
import { Draws, filledParts, type Span, spanOf } from './parts.js';
import { gather, shareBytes } from './share.js';

const FORMAT = 'convgrad start of a shared training';

/** The flags: rank 0 has been told to stop; someone's signal is aborted; the loss of a batch is a sum. */
const [STOP, ABORT, SUM] = [0, 1, 2];

/** What rank 0 sends to the others when the training begins. */
interface Start {
  checkpoint: Checkpoint;
  about: Record<string, string>;
}

/** One `fit` on all ranks of a world. */
export class Together implements SharedTraining {
  /** Those that have begun on all ranks: the others would wait for a rank that leaves now. */
  static readonly underWay = new Set<Together>();
  readonly #world: World;
  readonly #settings: FitSettings;
  /** The parts of this rank. */
  readonly #own: Span;
  #run!: Run;
  #model!: AnyModule;
  #loader!: DataLoader<Targets, Inputs>;
  #flat!: Flat;
  /** Whether all ranks know that the training ends. */
  #over = false;

  constructor(world: World, settings: FitSettings) {
    const { rank, size, parts } = world;
    this.#world = world;
    this.#settings = settings;
    this.#own = spanOf(rank, size, parts);
  }

  get #metrics() {
    return [...this.#settings.metrics.values()];
  }

  async begin(model: AnyModule, dataset: Dataset<Targets, Inputs>, make: (settings: FitSettings) => Run): Promise<Run> {
    const [world, given] = [this.#world, this.#settings];
    const { callbacks, generators, batchSize, transform } = given;
    const first = world.rank === 0;
    const settings = {
      ...given,
      signal: undefined, // One rank that breaks off would leave the others waiting: see `learn`.
      callbacks: first ? apart(callbacks, generators) : [],
      warnings: first && given.warnings,
    };
    let run: Run | undefined;
    let failure: unknown;
    let start: Uint8Array = new Uint8Array();
    try {
      if (first) {
        this.#check(model);
        run = make(settings);
        const sent = (): Start => ({
          checkpoint: { ...run!.state.checkpoint(), callbacks: [] },
          about: this.#about(model),
        });
        if (world.size > 1) start = writeState(FORMAT, sent());
      }
    } catch (error) {
      failure = error;
    }
    start = await shareBytes(world, 0, start);
    try {
      if (!first && start.length > 0) {
        this.#check(model);
        const { checkpoint, about } = readState(FORMAT, start) as Start;
        compare(about, this.#about(model));
        run = make({ ...settings, resume: checkpoint });
      }
    } catch (error) {
      failure = error;
    }
    const failures = await gather(world, failure instanceof Error ? failure.message : `${failure ?? ''}`);
    const failed = failures.findIndex((message) => message !== '');
    if (failed === 0 && first) throw failure;
    if (failed >= 0) {
      const detail = failures[failed].replace('resume: the checkpoint was made with', 'rank 0 has');
      throw new ArgumentError('fit', `rank ${failed} cannot train with the others: ${detail}`, { cause: failure });
    }
    this.#run = run!;
    this.#model = model;
    this.#loader = new DataLoader(dataset, { batchSize, transform, generator: this.#run.generator });
    const parameters = model.parameters();
    const own = new Set(parameters.map(({ storage }) => storage));
    const state = new Map(Object.values(model.stateDict()).map((tensor) => [tensor.storage, tensor]));
    const buffers = [...state.values()].filter(({ storage }) => !own.has(storage));
    Together.underWay.add(this);
    this.#flat = new Flat(parameters, buffers, world.parts, 2 + stateOf(this.#metrics).length);
    return run!;
  }

  /** What `Checkpoint` does not tell of a training, and ought to be the same on all ranks. */
  #about(model: AnyModule): Record<string, string> {
    const { epochs, loss, metrics, transform, stopOnDivergence } = this.#settings;
    const { size, parts, reduction } = this.#world;
    const names = [...metrics.keys()].join();
    const settings = { epochs, 'loss function': loss, metrics: names, transform, stopOnDivergence };
    const all = { model, ...settings, ranks: size, parts, reduction };
    return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, String(value)]));
  }

  #check(model: AnyModule): void {
    const own = new Set<Tensor>(model.parameters());
    const { groups } = this.#settings.optimizers.optimizer;
    if (!groups.every(({ params }) => params.every((each) => own.has(each)))) {
      throw new ArgumentError('fit', 'a world trains the parameters of the model, and the optimizer has others, too');
    }
    for (const { dtype } of Object.values(model.stateDict())) {
      if (dtype !== 'float32')
        throw new ArgumentError('fit', `a world trains float32 models, and this one is ${dtype}`);
    }
    for (const [name, { adds, saveState, loadState }] of this.#settings.metrics) {
      if (adds && saveState && loadState) continue;
      const expected = `expected metrics that add up, and ${name} does not say so`;
      throw new ArgumentError('fit', `${expected}: give one with \`adds\`, or measure it with evaluate afterwards`);
    }
  }

  async agree(): Promise<void> {
    if (this.#over) return;
    const { state } = this.#run;
    const { signal, optimizers } = this.#settings;
    const groups = Object.values(optimizers).map(({ groups }) => settingsOf(groups));
    const stands = [
      `${hashOf(this.#model)} ${JSON.stringify(groups)}`,
      state.history.stopped,
      signal?.aborted === true,
    ];
    const said = await gather(this.#world, JSON.stringify(stands));
    const all = said.map((text) => JSON.parse(text) as [string, string | null, boolean]);
    const other = all.findIndex(([sum]) => sum !== all[0][0]);
    if (other >= 0) {
      Together.underWay.delete(this);
      const found = `the weights of rank ${other} or its optimizer are no longer those of rank 0`;
      throw new ArgumentError('fit', `${found}: callbacks, which run on rank 0 only, must not change them`);
    }
    const reason = all[0][1] ?? (all.some(([, , aborted]) => aborted) ? 'interrupted' : null);
    if (reason !== null) this.#stop(reason);
  }

  #stop(reason: string): void {
    this.#over = true;
    this.#run.state.stop(reason);
  }

  async learn(indices: Int32Array): Promise<boolean> {
    if (this.#over) return false;
    const [run, flat, world] = [this.#run, this.#flat, this.#world];
    const { optimizers, generators, signal, stopOnDivergence, clipGradNorm: most } = this.#settings;
    const { optimizer } = optimizers;
    const draws = new Draws([...new Set([run.generator, getDefaultGenerator(), ...generators])], run.state.step);
    const before = run.measures.saveState();
    const filled = filledParts(world.parts, indices.length);
    const batches = new Map<number, Batch<Targets, Inputs>>();
    let isSum = false;
    flat.begin();
    const [from, to] = this.#own;
    flat.sum(from, to, (part) => {
      optimizer.zeroGrad();
      if (part >= filled) return [];
      draws.begin(part);
      const batch = this.#loader.pick(indices.subarray(...spanOf(part, filled, indices.length)));
      batches.set(part, batch);
      const { x, y } = batch;
      const output = forwardOf(this.#model, x);
      const loss = lossOf('fit', this.#settings.loss!, output, y);
      run.measures.forget();
      run.notice(x, y, output, loss);
      const share = shareOf(loss, sizeOfBatch(batch));
      isSum = share.isSum;
      const finite = Number.isFinite(share.sum);
      if (share.weight !== 0 && (finite || !stopOnDivergence)) {
        const scale = isSum ? 1 : share.scale / indices.length;
        loss.backward(wrap(Float32Array.of(scale), loss.shape));
      }
      const { sums } = run.measures;
      return [sums.loss, sums.weight, ...stateOf(this.#metrics)];
    });
    draws.end();
    flat.restore();
    if (run.state.history.stopped !== null) flat.raise(STOP);
    if (signal?.aborted) flat.raise(ABORT);
    if (isSum) flat.raise(SUM);
    await flat.reduce(world);

    run.measures.loadState(before);
    if (flat.raised(STOP)) {
      const [reason] = await gather(world, run.state.history.stopped ?? '');
      this.#stop(reason);
      return false;
    }
    const losses = Array.from({ length: filled }, (_, part) => flat.figure(part, 0));
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    if (bad >= 0 && stopOnDivergence) await this.#diverge(losses[bad], batches.get(bad));
    const weight = this.#measure(indices.length, filled);
    flat.spread(flat.raised(SUM) || weight === 0 ? 1 : indices.length / weight, filled);
    if (most !== undefined) clipGradNorm(this.#model.parameters(), most);
    optimizer.step();
    if (flat.raised(ABORT)) this.#stop('interrupted');
    return true;
  }

  /** Takes into account what the parts have measured, in their order; gives their weight. */
  #measure(examples: number, filled: number): number {
    const { sums } = this.#run.measures;
    const states = stateOf(this.#metrics);
    let weight = 0;
    for (let part = 0; part < filled; part++) {
      sums.loss += this.#flat.figure(part, 0);
      weight += this.#flat.figure(part, 1);
      states.forEach((_, i) => {
        states[i] += this.#flat.figure(part, 2 + i);
      });
    }
    sums.seen += examples;
    sums.weight += weight;
    loadState(this.#metrics, states);
    return weight;
  }

  /** Throws the same error on all ranks: that of the rank that has the batch. */
  async #diverge(loss: number, batch: Batch<Targets, Inputs> | undefined): Promise<never> {
    const error = batch && diverged(this.#run.state, loss, batch.x);
    const said = await gather(this.#world, error ? JSON.stringify([error.message, error.layer]) : '');
    Together.underWay.delete(this);
    const [message, layer] = JSON.parse(said.find((text) => text !== '')!);
    throw error ?? new DivergenceError('fit', message.replace(/^fit: /, ''), this.#run.state.step + 1, layer);
  }

  async validate(data: Dataset<Targets, Inputs>): Promise<Measures> {
    const { loss, metrics } = this.#settings;
    const state = this.#run.measures.saveState();
    const measures = await evaluateTogether(this.#world, this.#model, data, loss!, metrics);
    this.#run.measures.loadState(state);
    return measures;
  }

  async end(): Promise<void> {
    for (const { storage } of Object.values(this.#model.stateDict())) {
      const { buffer, byteOffset, byteLength } = storage.array;
      await this.#world.broadcast(new Uint8Array(buffer, byteOffset, byteLength), 0);
      storage.version++;
    }
    Together.underWay.delete(this);
  }
}

/** Throws at the first difference. */
function compare(first: Record<string, string>, own: Record<string, string>): void {
  for (const [name, value] of Object.entries(first)) {
    if (value !== own[name]) throw new Error(`its ${name} is another than that of rank 0: ${own[name]}, not ${value}`);
  }
}

/** A number that other weights hardly have, by the steps of FNV-1a; `weightHash`, byte by byte, takes ten times as long. */
function hashOf(model: AnyModule): number {
  let hash = 0x811c9dc5;
  for (const { storage } of Object.values(model.stateDict())) {
    const { buffer, byteOffset, length } = storage.array;
    const words = new Int32Array(buffer, byteOffset, length);
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ words[i], 0x01000193);
  }
  return hash >>> 0;
}
