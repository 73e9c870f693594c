import { wrap } from '../autograd/create.js';
import { type FloatArray, isTyped, newArray } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import type { Targets } from '../data/dataset.js';
import { ArgumentError, checkBuilt, checkNumber, LOGICAL, readOptions, ShapeError, show } from '../errors.js';
import { sameShape, showShape, sizeOf } from '../shape.js';

/** A measure that is kept up batch by batch. */
export interface Metric<Output = Tensor, Y = Targets> {
  /** Forgets what it has seen; called before each pass over the data. */
  reset(): void;
  /** Takes a batch into account: what the model gave, and the targets. */
  update(output: Output, targets: Y): void;
  /** The measure of all batches since `reset`. */
  result(): number;
  /** Whether smaller or larger values are better, for what looks for the best epoch. */
  readonly mode?: 'min' | 'max';
  /** What it must know to go on after a resume in the middle of an epoch, plain data. Without it, it begins anew there. */
  saveState?(): unknown;
  /** Takes over what `saveState` returned. */
  loadState?(state: unknown): void;
  /**
   * Whether the states of two parts of the data add up to that of both: lists of numbers, such as a sum and a count. `fit` with a
   * `world` needs it.
   */
  readonly adds?: boolean;
}

/** A measure of all outputs together, such as `(outputs, targets) => sub(outputs, targets).abs().max().item()`. */
export type MetricFunction<Output = Tensor, Y = Targets> = (outputs: Output, targets: Y) => number;

/** Measures by name. */
export type Metrics<Output = Tensor, Y = Targets> = Record<string, Metric<Output, Y> | MetricFunction<Output, Y>>;

/** The fraction of examples whose largest logit is that of their label, from 0 to 1, of logits [N, classes]. */
export function accuracy(): Metric<Tensor, Int32Array> {
  return ratio('max', (logits, labels) => {
    const guesses = argmax('accuracy', logits, labels.length);
    return [guesses.filter((guess, i) => guess === labels[i]).length, labels.length];
  });
}

/**
 * The fraction of examples whose label is among those of the largest logits, from 0 to 1, of logits [N, classes]. A logit that
 * equals the label's counts as larger, and an example with NaN is wrong.
 * @param k among how many, at least 1
 */
export function topK(k: number): Metric<Tensor, Int32Array> {
  checkNumber('topK', 'k', k, { least: 1, whole: true });
  return ratio('max', (logits, labels) => {
    checkLogits('topK', logits, labels.length, 1);
    const [, classes] = logits.shape;
    const data = logits.storage.array;
    let right = 0;
    labels.forEach((label, row) => {
      const own = data[row * classes + label];
      const above = data.subarray(row * classes, (row + 1) * classes).filter((value) => !(value < own)).length;
      if (above <= k && Number.isFinite(own)) right++;
    });
    return [right, labels.length];
  });
}

/** The mean of |output - target| over all numbers. */
export function meanAbsoluteError(): Metric<Tensor, Tensor> {
  return ratio('min', (output, targets) => {
    checkSame('meanAbsoluteError', output, targets);
    const [a, b] = [output.storage.array, targets.storage.array];
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += Math.abs(a[i] - b[i]);
    return [sum, a.length];
  });
}

/**
 * Intersection over union of masks, from 0 to 1: of all pixels that are inside by the output or by the target, the fraction that
 * is inside by both. 1 where there are none.
 * @param options `threshold`: an output above it is inside; 0 unless given, as fits logits (0.5 fits probabilities). Targets
 * are inside above 0.5
 */
export function iou(options: { threshold?: number } = {}): Metric<Tensor, Tensor> {
  const { threshold } = readOptions('iou', options, { threshold: 0 });
  checkNumber('iou', 'threshold', threshold);
  return ratio(
    'max',
    (output, targets) => {
      checkSame('iou', output, targets);
      const [a, b] = [output.storage.array, targets.storage.array];
      let [both, either] = [0, 0];
      for (let i = 0; i < a.length; i++) {
        const [inside, wanted] = [a[i] > threshold, b[i] > 0.5];
        if (inside && wanted) both++;
        if (inside || wanted) either++;
      }
      return [both, either];
    },
    1,
  );
}

/** @internal The mean of numbers, each of which counts as often as there are examples. */
export function average(): Metric<unknown, unknown> {
  return ratio<unknown, unknown>(undefined, (value, examples) => [
    (value as number) * (examples as number),
    examples as number,
  ]);
}

/** A sum over another sum. */
function ratio<Output, Y>(
  mode: 'min' | 'max' | undefined,
  count: (output: Output, targets: Y) => [number, number],
  ofNothing = Number.NaN,
): Metric<Output, Y> {
  let sums = [0, 0];
  return {
    mode,
    adds: true,
    reset() {
      sums = [0, 0];
    },
    update(output, targets) {
      const [above, below] = count(output, targets);
      sums = [sums[0] + above, sums[1] + below];
    },
    result: () => (sums[1] === 0 ? ofNothing : sums[0] / sums[1]),
    saveState: () => [...sums],
    loadState(state) {
      const numbers = Array.isArray(state) && state.length === 2 && state.every((value) => typeof value === 'number');
      const fits = numbers && !(state[1] < 0) && !(mode === 'max' && state[0] > state[1]);
      if (!fits) throw new ArgumentError('resume', `expected two sums as the state of a metric, got ${show(state)}`);
      sums = [...state];
    },
  };
}

/** @internal A metric of any kind as one that is kept up: of a function all outputs and targets are kept until the end. */
export function asMetric(name: string, given: unknown): Metric<unknown, unknown> {
  if (typeof given === 'function') return collecting(name, given as MetricFunction<unknown, unknown>);
  const missing = ['reset', 'update', 'result'].find(
    (key) => typeof (given as Metric)?.[key as 'reset'] !== 'function',
  );
  if (missing === undefined) return given as Metric<unknown, unknown>;
  const expected = `expected the metric ${name} to be a function, or an object with reset, update and result`;
  throw new ArgumentError('metrics', `${expected}, got ${show(given)}`);
}

/** Parts of a list of outputs, or of the one output. */
interface Kept {
  several: boolean;
  parts: { shape: number[]; values: FloatArray | Int32Array }[][];
}

const collectors = /* @__PURE__ */ new WeakSet<object>();

/** @internal Whether it keeps all outputs, so that its result takes a while. */
export function isCollecting(metric: object): boolean {
  return collectors.has(metric);
}

function collecting(name: string, measure: MetricFunction<unknown, unknown>): Metric<unknown, unknown> {
  let kept: Kept[] = [];
  const keep = (which: number, value: unknown) => {
    const list = Array.isArray(value) ? value : [value];
    kept[which] ??= { several: Array.isArray(value), parts: list.map(() => []) };
    list.forEach((each: unknown, i) => {
      if (each instanceof Tensor)
        kept[which].parts[i].push({ shape: [...each.shape], values: each.storage.array.slice() });
      else if (isTyped(each, 'Int32Array')) kept[which].parts[i].push({ shape: [each.length], values: each.slice() });
      else {
        const expected = `expected tensors or class indices for the metric ${name}, which is a function of all outputs`;
        throw new ArgumentError(
          'metrics',
          `${expected}, got ${show(each)}; give an object with reset, update and result`,
        );
      }
    });
  };
  const metric: Metric<unknown, unknown> = {
    reset() {
      kept = [];
    },
    update(output, targets) {
      keep(0, output);
      keep(1, targets);
    },
    result() {
      if (kept.length < 2) return Number.NaN;
      const [outputs, targets] = kept.map(({ several, parts }) => {
        const whole = parts.map((each) => joined(name, each));
        return several ? whole : whole[0];
      });
      return measure(outputs, targets);
    },
    saveState: () =>
      kept.map(({ several, parts }) => ({
        several,
        parts: parts.map((each) => {
          const whole = joined(name, each);
          const labels = !(whole instanceof Tensor);
          return { labels, values: labels ? wrap(Float64Array.from(whole), [whole.length]) : whole };
        }),
      })),
    loadState(state) {
      const part = { labels: LOGICAL, values: (value: unknown) => value instanceof Tensor };
      checkBuilt('resume', `the state of the metric ${name}`, state, [{ several: LOGICAL, parts: [part] }]);
      kept = (state as { several: boolean; parts: { labels: boolean; values: Tensor }[] }[]).map(
        ({ several, parts }) => ({
          several,
          parts: parts.map(({ labels, values: { shape, storage } }) => {
            const values = labels ? Int32Array.from(storage.array) : storage.array.slice();
            return [{ shape: [...shape], values }];
          }),
        }),
      );
    },
  };
  collectors.add(metric);
  return metric;
}

function joined(name: string, parts: Kept['parts'][number]): Tensor | Int32Array {
  const { shape, values } = parts[0];
  const [, ...each] = shape;
  const length = parts.reduce((sum, part) => sum + (part.shape[0] ?? 1), 0);
  const all = isTyped(values, 'Int32Array')
    ? new Int32Array(length)
    : newArray(isTyped(values, 'Float64Array') ? 'float64' : 'float32', length * sizeOf(each));
  let at = 0;
  for (const part of parts) {
    if (!sameShape(part.shape.slice(1), each)) {
      const got = `${showShape(shape)} and ${showShape(part.shape)}`;
      throw new ShapeError('metrics', `expected outputs of one shape for the metric ${name}, got ${got}`);
    }
    all.set(part.values, at);
    at += part.values.length;
  }
  return isTyped(all, 'Int32Array') ? all : wrap(all as FloatArray, [length, ...each]);
}

function checkSame(where: string, output: unknown, targets: unknown): void {
  const fits = output instanceof Tensor && targets instanceof Tensor && sameShape(output.shape, targets.shape);
  if (fits) return;
  const shapes = [output, targets].map((each) => (each instanceof Tensor ? showShape(each.shape) : show(each)));
  throw new ShapeError(where, `expected an output and targets of one shape, got ${shapes.join(' and ')}`);
}

function checkLogits(where: string, logits: unknown, rows: number, classes: number): void {
  const shape = logits instanceof Tensor ? logits.shape : null;
  if (shape?.length === 2 && shape[0] === rows && shape[1] >= classes) return;
  throw new ShapeError(
    where,
    `expected logits [${rows}, ${classes}] from the model, one row an example and one column a class, ` +
      `got ${shape ? `shape ${showShape(shape)}` : show(logits)}`,
  );
}

/**
 * @internal The index of the largest logit of each row, the first of equals; -1 where it is not finite, or a NaN stands in the
 * row. Throws unless the logits are [rows, at least classes].
 */
export function argmax(where: string, logits: Tensor, rows: number, classes = 1): Int32Array {
  checkLogits(where, logits, rows, classes);
  const data = logits.storage.array;
  const [, width] = logits.shape;
  return Int32Array.from({ length: rows }, (_, row) => {
    const first = row * width;
    let best = first;
    for (let i = first; i < first + width; i++) {
      if (Number.isNaN(data[i])) return -1;
      if (data[i] > data[best]) best = i;
    }
    return Number.isFinite(data[best]) ? best - first : -1;
  });
}
