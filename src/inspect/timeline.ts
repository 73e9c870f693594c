import { tensor } from '../autograd/create.js';
import { Tensor } from '../autograd/tensor.js';
import { checkDataset, type Dataset } from '../data/dataset.js';
import { ArgumentError, FormatError, readOptions, ShapeError, show } from '../errors.js';
import { checkStateDict, type StateDict } from '../nn/module.js';
import { type Shape, sameShape, showShape, sizeOf } from '../shape.js';
import type { Callback, TrainingState } from '../train/callback.js';
import { evaluate } from '../train/evaluate.js';
import { partsOf } from './values.js';

/** The filters of a layer at one step of a training. */
export interface Snapshot {
  /** Steps of the optimizer before it. */
  step: number;
  /** [filters, channels, kernelH, kernelW], row-major. */
  weights: Float32Array;
  /** Of the held-out data; NaN without any. */
  accuracy: number;
  loss: number;
}

/** The filters of a layer over a training, in order. */
export interface Timeline {
  /** [filters, channels, kernelH, kernelW] */
  readonly shape: Shape;
  readonly snapshots: readonly Snapshot[];
}

/**
 * A callback that keeps a layer's filters while they change: before training, at steps that lie closer at the beginning,
 * where most happens, and at the end.
 */
export class FilterTimeline implements Callback, Timeline {
  /** What it goes by in checkpoints. */
  readonly name = 'FilterTimeline';
  readonly shape: Shape;
  readonly snapshots: Snapshot[] = [];
  #loaded = false;
  readonly #weights: Tensor;
  readonly #heldOut: Dataset | undefined;
  readonly #due: (step: number) => boolean;

  /**
   * @param weights the filters, `conv1.weight`, [filters, channels, kernelH, kernelW]
   * @param options `heldOut` data to evaluate on at each of the steps; `steps` at which to keep the filters, besides the
   * first and the last (10, 20, 30, 50, 70, 100, 200 and so on by default)
   * @throws ArgumentError for what is no weight of a convolution, or no Dataset
   */
  constructor(weights: Tensor, options: { heldOut?: Dataset; steps?: readonly number[] } = {}) {
    const { heldOut, steps } = readOptions('FilterTimeline', options, { heldOut: undefined, steps: undefined });
    if (!(weights instanceof Tensor) || weights.shape.length !== 4) {
      throw new ArgumentError('FilterTimeline', `expected filters such as conv1.weight, got ${show(weights)}`);
    }
    if (heldOut !== undefined) checkDataset('FilterTimeline', 'heldOut', heldOut);
    this.shape = weights.shape;
    this.#weights = weights;
    this.#heldOut = heldOut;
    this.#due = steps ? (step) => steps.includes(step) : (step) => /^[12357]0+$/.test(String(step));
  }

  onTrainBegin(state: TrainingState): void {
    if (!state.resumed || !this.#loaded) this.snapshots.length = 0;
    this.#loaded = false;
    if (this.snapshots.length === 0) this.#keep(state);
  }

  onBatchEnd(state: TrainingState): void {
    if (this.#due(state.step)) this.#keep(state);
  }

  onTrainEnd(state: TrainingState): void {
    if (this.snapshots.at(-1)?.step !== state.step) this.#keep(state);
  }

  #keep({ model, step }: TrainingState): void {
    const unknown = { accuracy: Number.NaN, loss: Number.NaN };
    const { accuracy, loss } = this.#heldOut ? evaluate(model, this.#heldOut) : unknown;
    this.snapshots.push({ step, weights: Float32Array.from(this.#weights.data), accuracy, loss });
  }

  /** The timeline as tensors, which `writeSafetensors` can write and `readTimeline` reads. */
  stateDict(): StateDict {
    const column = (of: (snapshot: Snapshot) => number) => tensor(Float64Array.from(this.snapshots, of));
    const weights = new Float32Array(this.snapshots.length * sizeOf(this.shape));
    for (const [i, snapshot] of this.snapshots.entries()) weights.set(snapshot.weights, i * sizeOf(this.shape));
    return {
      weights: tensor(weights, { shape: [this.snapshots.length, ...this.shape] }),
      step: column(({ step }) => step),
      accuracy: column(({ accuracy }) => accuracy),
      loss: column(({ loss }) => loss),
    };
  }

  /** The same, for checkpoints of the training. */
  saveState(): StateDict {
    return this.stateDict();
  }

  loadState(state: unknown): void {
    checkStateDict('FilterTimeline', state);
    const { shape, snapshots } = readTimeline(state as StateDict);
    if (!sameShape(shape, this.shape)) {
      throw new ShapeError('FilterTimeline', `expected filters ${showShape(this.shape)}, got ${showShape(shape)}`);
    }
    this.snapshots.splice(0, this.snapshots.length, ...snapshots);
    this.#loaded = true;
  }
}

/**
 * The timeline that was written by `stateDict`.
 * @throws FormatError for other tensors
 */
export function readTimeline({ weights, step, accuracy, loss }: StateDict): Timeline {
  const columns = [step, accuracy, loss];
  if (weights?.shape.length !== 5 || columns.some((column) => column?.size !== weights.shape[0])) {
    const expected = 'expected weights [steps, filters, channels, kernelH, kernelW], step, accuracy and loss';
    const got = weights ? `weights ${showShape(weights.shape)}` : 'no weights';
    throw new FormatError('readTimeline', `${expected}, got ${got}`);
  }
  const shape = weights.shape.slice(1);
  const snapshots = partsOf(weights.data, sizeOf(shape)).map((part, i) => {
    return { step: step.data[i], accuracy: accuracy.data[i], loss: loss.data[i], weights: Float32Array.from(part) };
  });
  return { shape, snapshots };
}
