import { tensor } from '../autograd/create.js';
import { Tensor } from '../autograd/tensor.js';
import { checkDataset, type Dataset } from '../data/dataset.js';
import { ArgumentError, checkOptions, FormatError, ShapeError, show } from '../errors.js';
import { checkStateDict, type StateDict } from '../nn/module.js';
import { type Shape, sameShape, showShape, sizeOf } from '../shape.js';
import type { Callback, TrainingState } from '../train/callback.js';
import { evaluate } from '../train/evaluate.js';

/** What a layer's filters were at one step of a training. */
export interface Snapshot {
  /** Batches that the model had learned from. */
  step: number;
  /** [filters, channels, kernelH, kernelW], row-major. */
  weights: Float32Array;
  /** On the held-out data; NaN where none was given. */
  accuracy: number;
  loss: number;
}

/** A layer's filters through a training, in order. */
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
   * @param weights the filters, `conv1.weight`
   * @param options `heldOut` data to evaluate on at each of these steps; `steps` at which to keep them: 10, 20, 30, 50, 70,
   * 100, 200 and so on unless given. The first and the last step are kept anyway.
   */
  constructor(weights: Tensor, options: { heldOut?: Dataset; steps?: readonly number[] } = {}) {
    checkOptions('FilterTimeline', options, ['heldOut', 'steps']);
    if (!(weights instanceof Tensor) || weights.shape.length !== 4) {
      throw new ArgumentError(
        'FilterTimeline',
        `expected filters such as conv1.weight, [filters, channels, kernelH, kernelW], got ${show(weights)}`,
      );
    }
    if (options.heldOut !== undefined) checkDataset('FilterTimeline', 'heldOut', options.heldOut);
    const { steps } = options;
    this.shape = weights.shape;
    this.#weights = weights;
    this.#heldOut = options.heldOut;
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
    const { accuracy, loss } = this.#heldOut
      ? evaluate(model, this.#heldOut)
      : { accuracy: Number.NaN, loss: Number.NaN };
    this.snapshots.push({ step, weights: Float32Array.from(this.#weights.data), accuracy, loss });
  }

  /** All of it as tensors, ready to be saved as a safetensors file; `readTimeline` reads them. */
  stateDict(): StateDict {
    const column = (of: (snapshot: Snapshot) => number) => tensor(Float64Array.from(this.snapshots, of));
    const weights = new Float32Array(this.snapshots.length * sizeOf(this.shape));
    this.snapshots.forEach((snapshot, i) => {
      weights.set(snapshot.weights, i * sizeOf(this.shape));
    });
    return {
      weights: tensor(weights, { shape: [this.snapshots.length, ...this.shape] }),
      step: column(({ step }) => step),
      accuracy: column(({ accuracy }) => accuracy),
      loss: column(({ loss }) => loss),
    };
  }

  /** Goes into the checkpoints of the training. */
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

/** The timeline that `stateDict` gave. @throws FormatError for tensors that are none */
export function readTimeline({ weights, step, accuracy, loss }: StateDict): Timeline {
  const columns = [step, accuracy, loss];
  if (weights?.shape.length !== 5 || columns.some((column) => column?.size !== weights.shape[0])) {
    const got = weights ? `weights ${showShape(weights.shape)}` : 'no weights';
    throw new FormatError(
      'readTimeline',
      `expected weights [steps, filters, channels, kernelH, kernelW], step, accuracy and loss, got ${got}`,
    );
  }
  const shape = weights.shape.slice(1);
  const snapshots = Array.from({ length: step.size }, (_, i) => ({
    ...{ step: step.data[i], accuracy: accuracy.data[i], loss: loss.data[i] },
    weights: Float32Array.from(weights.data.subarray(i * sizeOf(shape), (i + 1) * sizeOf(shape))),
  }));
  return { shape, snapshots };
}
