import { wrap } from '../autograd/create.js';
import { hold, Mark, type Marks } from '../autograd/mark.js';
import { newArray } from '../autograd/storage.js';
import type { Tensor } from '../autograd/tensor.js';
import { withPlace } from '../errors.js';
import { conv2d } from '../ops/conv2d.js';
import { Conv2D } from './conv2d.js';
import { lineOf, type Module, StateBuffer } from './module.js';

/** A `BatchNorm2D`. */
interface Norm {
  readonly features: number;
  readonly eps: number;
  readonly training: boolean;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly runningMean: Tensor | null;
  readonly runningVariance: Tensor | null;
}

/** A convolution that does what it and the batch norm behind it do. */
interface Folded {
  eps: number;
  marks: Marks;
  /** null where the numbers do not fit: a statistic that is NaN, a variance of 0 without eps. */
  filters: { weight: Tensor; bias: Tensor } | null;
}

const kept = new WeakMap<Norm, Folded>();
const { forward } = Conv2D.prototype;

/**
 * @internal A convolution that stands for the layer `before` and a batch norm that uses running statistics. null where that is
 * no `Conv2D`, or somebody may look at what it gives: a `forward` of its own, of a subclass or of one that watches.
 */
export function fold(before: Module, norm: Norm): ((x: Tensor) => Tensor) | null {
  if (!(before instanceof Conv2D) || before.forward !== forward || norm.training || !norm.runningMean) return null;
  const filters = filtersOf(before, norm);
  if (!filters) return null;
  return (x) =>
    withPlace(
      () => lineOf(before),
      () => conv2d(x, filters.weight, filters.bias, before.options),
    );
}

/** The folded filters, computed anew when a number that they were computed from has changed. */
function filtersOf(convolution: Conv2D, norm: Norm): Folded['filters'] {
  const { weight, bias, runningMean, runningVariance } = norm;
  const tensors = [convolution.weight, convolution.bias, weight, bias, runningMean, runningVariance];
  const sources = tensors.map((tensor) => tensor?.storage);
  const known = kept.get(norm);
  if (known?.eps === norm.eps && hold(known.marks, sources)) return known.filters;
  const marks = sources.map((source) => (source ? new Mark(source) : null));
  const filters = scaled(convolution, norm);
  kept.set(norm, { eps: norm.eps, marks, filters });
  return filters;
}

/** With s = weight / sqrt(variance + eps): the filters times s, and the bias (bias - mean) s + the norm's bias. */
function scaled(convolution: Conv2D, norm: Norm): Folded['filters'] {
  const { weight, bias, runningMean, runningVariance, eps } = norm;
  const all = [convolution.weight, convolution.bias, weight, bias, runningMean, runningVariance];
  const { dtype, shape, size } = convolution.weight;
  const channels = shape[0];
  if (channels !== norm.features || all.some((each) => each && each.dtype !== dtype)) return null;
  const [F, B, W, C, M, V] = all.map((each) => each?.storage.array);
  const filters = newArray(dtype, size);
  const shifts = newArray(dtype, channels);
  const perChannel = size / channels;
  for (let c = 0; c < channels; c++) {
    const scale = (W?.[c] ?? 1) / Math.sqrt(V![c] + eps);
    shifts[c] = ((B?.[c] ?? 0) - M![c]) * scale + (C?.[c] ?? 0);
    if (!Number.isFinite(shifts[c])) return null;
    for (let i = c * perChannel; i < (c + 1) * perChannel; i++) {
      filters[i] = F![i] * scale;
      if (!Number.isFinite(filters[i])) return null;
    }
  }
  // State buffers lie where kernels work, as parameters do.
  return {
    weight: new StateBuffer('weight', wrap(filters, shape)),
    bias: new StateBuffer('bias', wrap(shifts, [channels])),
  };
}
