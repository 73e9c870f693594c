import { wrap } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import type { DataLoader } from '../data/loader.js';
import { ArgumentError, show } from '../errors.js';
import type { StateDict } from '../nn/module.js';
import type { PlateauState, ReduceLROnPlateau } from '../optim/plateau.js';
import type { LRScheduler, SchedulerState } from '../optim/scheduler.js';
import { type Generator, type GeneratorState, getDefaultGenerator } from '../random.js';
import type { Callback, Checkpoint, Sums, TrainingState } from './callback.js';

/** The mark of checkpoints that this version writes and reads. */
export const CHECKPOINT_FORMAT = 'convgrad checkpoint 1';

/** @internal A training under way. */
export interface Run {
  readonly state: TrainingState;
  readonly loader: DataLoader;
  readonly scheduler: LRScheduler | ReduceLROnPlateau | undefined;
  readonly seed: number | string | undefined;
  readonly callbacks: readonly Callback[];
  /** Where the order of the examples comes from. */
  readonly generator: Generator;
  /** The other generators, the default one left out. */
  readonly generators: readonly Generator[];
  readonly sums: Sums;
  /** Where `generator` stood before this epoch's order was drawn. */
  orderBefore: GeneratorState;
}

/** @internal A copy of all that changes while a training runs. */
export function capture({ state, loader, scheduler, seed, callbacks, sums, ...run }: Run): Checkpoint {
  const { model, optimizer, epoch, batch, step, seconds, imagesPerSecond, history } = state;
  const { dataset, batchSize } = loader;
  return {
    format: CHECKPOINT_FORMAT,
    model: copy(model.stateDict()),
    optimizer: optimizer.stateDict(),
    scheduler: scheduler?.stateDict() ?? null,
    setting: {
      ...{ examples: dataset.length, inputShape: [...dataset.inputShape], classes: dataset.classes },
      ...{ batchSize, seed: seed ?? null },
    },
    position: { epoch, batch, step, seconds, imagesPerSecond },
    sums: { ...sums },
    generators: {
      orderBefore: run.orderBefore,
      order: run.generator.getState(),
      default: getDefaultGenerator().getState(),
      others: run.generators.map((generator) => generator.getState()),
    },
    history: { ...history, epochs: [...history.epochs] },
    callbacks: callbacks.flatMap((callback) => (callback.saveState ? [callback.saveState()] : [])),
  };
}

/**
 * @internal Puts a training where the checkpoint was taken, the generators too; the order of an epoch that was under way
 * is still to be drawn, from `orderBefore`.
 * @throws ArgumentError or ShapeError for a checkpoint of another training; nothing is changed then
 */
export function restore(run: Run, checkpoint: Checkpoint): void {
  const now = capture(run);
  check(run, now, checkpoint);
  try {
    apply(run, checkpoint);
  } catch (error) {
    apply(run, now);
    throw error;
  }
}

function apply(run: Run, checkpoint: Checkpoint): void {
  const { state, scheduler, callbacks } = run;
  const { position, sums, history } = checkpoint;
  state.optimizer.loadStateDict(checkpoint.optimizer);
  scheduler?.loadStateDict(checkpoint.scheduler as SchedulerState & PlateauState);
  state.model.loadStateDict(checkpoint.model);
  restoreGenerators(run, checkpoint);
  run.orderBefore = checkpoint.generators.orderBefore;
  Object.assign(state, position);
  if (sums.seen > 0) Object.assign(state, { loss: sums.loss / sums.seen, accuracy: sums.correct / sums.seen });
  Object.assign(run.sums, sums);
  Object.assign(state.history, { ...history, epochs: [...history.epochs], stopped: null });
  const stateful = callbacks.filter(({ saveState }) => saveState);
  stateful.forEach((callback, i) => {
    callback.loadState?.(checkpoint.callbacks[i]);
  });
}

/** @internal Puts all generators where they stood. */
export function restoreGenerators({ generator, generators }: Run, checkpoint: Checkpoint): void {
  const states = checkpoint.generators;
  generator.setState(states.order);
  getDefaultGenerator().setState(states.default);
  generators.forEach((each, i) => {
    each.setState(states.others[i]);
  });
}

function check({ scheduler }: Run, now: Checkpoint, checkpoint: Checkpoint): void {
  if (checkpoint?.format !== CHECKPOINT_FORMAT) {
    const got = show(checkpoint?.format ?? checkpoint);
    throw new ArgumentError('resume', `expected a checkpoint, '${CHECKPOINT_FORMAT}', got ${got}`);
  }
  const absent = Object.keys(now).find((key) => !(key in checkpoint));
  if (absent !== undefined) throw new ArgumentError('resume', `the checkpoint is not whole: it has no ${absent}`);
  const compare = (what: string, expected: unknown, got: unknown) => {
    if (show(got) === show(expected)) return;
    throw new ArgumentError('resume', `the checkpoint was made with ${what} ${show(expected)}, got ${show(got)}`);
  };
  for (const what of ['examples', 'inputShape', 'classes', 'batchSize', 'seed'] as const) {
    compare(what, checkpoint.setting[what], now.setting[what]);
  }
  compare('scheduler', checkpoint.scheduler?.kind ?? null, scheduler?.constructor.name ?? null);
  compare('generators:', checkpoint.generators.others.length, now.generators.others.length);
  compare('callbacks that have a state:', checkpoint.callbacks.length, now.callbacks.length);
}

/** @internal Tensors that share no memory with these. */
export function copy(tensors: Record<string, Tensor>): StateDict {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, { storage, shape }]) => [key, wrap(storage.array.slice(), shape)]),
  );
}
