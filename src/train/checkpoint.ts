import { wrap } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, type Built, checkBuilt, FINITE, NUMBER, show, TEXT, WHOLE } from '../errors.js';
import { checkStateDict, type StateDict } from '../nn/module.js';
import type { Callback, Checkpoint } from './callback.js';

/** What the mark of all checkpoints begins with. */
export const CHECKPOINT = 'convgrad checkpoint ';

/** The mark of checkpoints that this version writes and reads: version 0.1 had 1. */
export const CHECKPOINT_FORMAT = 'convgrad checkpoint 2';

const MEASURES = { loss: NUMBER, accuracy: NUMBER, metrics: {} };

/** How a checkpoint is built. The states of model, optimizer, scheduler and callbacks are looked at by those. */
function built(): Built {
  const share = (value: unknown) => NUMBER(value) && (value as number) >= 0 && (value as number) < 1;
  const generator = {
    c: WHOLE,
    s0: share,
    s1: share,
    s2: share,
    spare: (value: unknown) => value === null || FINITE(value),
  };
  return {
    position: { epoch: WHOLE, batch: WHOLE, step: WHOLE, seconds: FINITE, imagesPerSecond: NUMBER },
    sums: { seen: WHOLE, loss: NUMBER, weight: NUMBER },
    metrics: {},
    generators: {
      orderBefore: generator,
      order: generator,
      default: generator,
      others: [generator],
      othersBefore: [generator],
    },
    history: {
      epochs: [{ epoch: WHOLE, step: WHOLE, loss: NUMBER, accuracy: NUMBER, metrics: {}, lr: NUMBER, seconds: NUMBER }],
      trainSeconds: FINITE,
      imagesPerSecond: NUMBER,
      stopped: (value: unknown) => value === null || TEXT(value),
    },
    setting: { optimizers: {} },
    optimizers: {},
    callbacks: [{ name: TEXT }],
  };
}

/**
 * @internal Whether a training can go on from a checkpoint.
 * @param now what the training itself would save
 * @param batches how many an epoch has; null where nobody knows
 * @throws ArgumentError for a checkpoint of another training, or for something else
 */
export function checkCheckpoint(now: Checkpoint, checkpoint: Checkpoint, batches: number | null): void {
  const where = 'resume';
  const format: unknown = checkpoint?.format;
  if (format !== CHECKPOINT_FORMAT) {
    const got = show(format ?? checkpoint);
    const earlier = got.startsWith(`'${CHECKPOINT}`) ? ' of another version, whose model can be taken over alone' : '';
    throw new ArgumentError(where, `expected a checkpoint, '${CHECKPOINT_FORMAT}', got ${got}${earlier}`);
  }
  checkBuilt(where, 'the checkpoint', checkpoint, built());
  checkStateDict(where, checkpoint.model);
  const numbers = (values: object) => Object.fromEntries(Object.keys(values).map((name) => [name, NUMBER]));
  for (const { metrics, validation } of checkpoint.history.epochs) {
    checkBuilt(where, "the checkpoint's metrics", metrics, numbers(metrics));
    if (validation === undefined) continue;
    checkBuilt(where, "the checkpoint's validation", validation, MEASURES);
    checkBuilt(where, "the checkpoint's validation", validation.metrics, numbers(validation.metrics));
  }
  compare('scheduler', checkpoint.scheduler?.kind ?? null, now.scheduler?.kind ?? null);
  const { optimizers, data, validation, ...setting } = now.setting;
  const { optimizers: begun, data: trained, validation: validated, ...begunSetting } = checkpoint.setting;
  compare('', begunSetting, setting);
  for (const [what, was, is] of [
    ['training', trained, data],
    ['validation', validated, validation],
  ]) {
    if (was !== null && was !== is) throw new ArgumentError(where, `the checkpoint was made with other ${what} data`);
  }
  compare('optimizers:', Object.keys(checkpoint.optimizers).join(), Object.keys(optimizers).join());
  for (const [name, own] of Object.entries(optimizers)) {
    const saved = checkpoint.optimizers[name];
    checkBuilt(where, `the checkpoint's ${name}`, saved, { groups: [{}] });
    checkBuilt(where, `the checkpoint's ${name}`, begun[name], [{}]);
    // The same optimizer may go on, which stands where it stood when the checkpoint was taken.
    const stands = JSON.stringify(own) === JSON.stringify(settingsOf(saved.groups));
    if (!stands && saved.kind === now.optimizers[name].kind) compare(name, begun[name], own);
  }
  for (const each of ['others', 'othersBefore'] as const) {
    compare('generators:', checkpoint.generators[each].length, now.generators[each].length);
  }
  checkPosition(checkpoint, batches);
}

/** @internal Whether it was taken after the order of its epoch was drawn. */
export const orderDrawn = ({ position, generators: { orderBefore, order } }: Checkpoint) =>
  position.batch > 0 || JSON.stringify(orderBefore) !== JSON.stringify(order);

/** Throws unless the figures that say where a training stands belong together. */
function checkPosition({ position, sums, history, setting }: Checkpoint, batches: number | null): void {
  const { epoch, batch, step } = position;
  const done = history.epochs.length;
  const steps = history.epochs.at(-1)?.step ?? 0;
  const whole = batches ?? (epoch === done ? batch : Infinity);
  const fits =
    batch <= whole &&
    step === (batches === null ? steps + (epoch === done ? 0 : batch) : Math.max(0, epoch - 1) * batches + batch) &&
    (epoch === done ? batch === (epoch === 0 ? 0 : whole) : epoch === done + 1) &&
    (setting.examples === null || sums.seen === Math.min(batch * setting.batchSize, setting.examples)) &&
    history.epochs.every((each, i) => each.epoch === i + 1 && (batches === null || each.step === (i + 1) * batches));
  if (fits) return;
  const got = `epoch ${epoch}, batch ${batch}, step ${step}, ${sums.seen} examples seen and ${done} epochs done`;
  throw new ArgumentError('resume', `the checkpoint contradicts itself: ${got}`);
}

/** Throws at the first difference. */
function compare(path: string, expected: unknown, got: unknown): void {
  if (typeof expected === 'object' && typeof got === 'object' && expected && got) {
    for (const key of Object.keys({ ...expected, ...got }) as (keyof typeof expected)[]) {
      compare(path === '' ? key : `${path}.${key}`, expected[key], got[key]);
    }
  } else if (!Object.is(expected, got)) {
    throw new ArgumentError('resume', `the checkpoint was made with ${path} ${show(expected)}, got ${show(got)}`);
  }
}

/** @internal What the groups of an optimizer are set to, without their parameters, as plain data. */
export function settingsOf(groups: readonly object[]): unknown[] {
  return JSON.parse(JSON.stringify(groups.map((group) => ({ ...group, params: undefined }))));
}

/**
 * @internal Callbacks, and the states that a checkpoint holds for them. Those for which it has none begin anew.
 * @throws ArgumentError when the checkpoint has the state of one that is not there
 */
export function statesFor(callbacks: readonly Callback[], saved: Checkpoint['callbacks']): [Callback, unknown][] {
  const free = callbacks.filter(({ saveState }) => saveState);
  return saved.map(({ name, state }) => {
    const at = free.findIndex((callback) => (callback.name ?? '') === name);
    if (at < 0)
      throw new ArgumentError('resume', `expected the callback ${show(name)}, whose state the checkpoint has`);
    return [free.splice(at, 1)[0], state];
  });
}

/** @internal Tensors that share no memory with these. */
export function copy(tensors: Record<string, Tensor>): StateDict {
  return Object.fromEntries(
    Object.entries(tensors).map(([key, { storage, shape }]) => [key, wrap(storage.array.slice(), shape)]),
  );
}
