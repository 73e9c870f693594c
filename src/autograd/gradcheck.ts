import { ArgumentError, readOptions, show } from '../errors.js';
import { Generator } from '../random.js';
import { wrap } from './create.js';
import { noGrad } from './graph.js';
import { checkTensors } from './operation.js';
import type { Tensor } from './tensor.js';

/** Options of `gradcheck`. */
export interface GradcheckOptions {
  /** Half the distance of the central difference. @default 1e-5 */
  eps?: number;
  /** Largest absolute difference that passes, added to the relative one. @default 1e-6 */
  atol?: number;
  /** Largest difference relative to the numeric derivative. @default 1e-5 */
  rtol?: number;
}

/** What `gradcheck` found: how far the gradients are from central differences, and where most. */
export interface GradcheckResult {
  /** Every derivative agrees, and none was at a kink. */
  ok: boolean;
  /** The largest absolute difference seen. */
  maxError: number;
  /** How many derivatives were compared. */
  checked: number;
  /** Where `backward` and the central difference disagree: which input, at which index of its data. */
  mismatches: { input: number; index: number; analytic: number; numeric: number }[];
  /** Where the function has a kink, so that there is no derivative to compare. */
  kinks: { input: number; index: number }[];
  /** The result in words. */
  message: string;
}

/** A kink nearer than eps is stepped around by going closer; one that is still there after the last step is reported. */
const CLOSER = [1, 1 / 16, 1 / 256];

/**
 * Compares the gradients that `backward` computes with central differences in float64, at every index of every input
 * that requires a gradient. The function's outputs are summed with fixed random weights, so that all of them count.
 *
 * @param fn a deterministic function from the inputs to one tensor.
 * @param inputs float64 tensors, at least one with `requiresGrad`; they are left as they were.
 */
export function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[],
  options: GradcheckOptions = {},
): GradcheckResult {
  const { eps, atol, rtol } = readOptions('gradcheck', options, { eps: 1e-5, atol: 1e-6, rtol: 1e-5 });
  if (typeof fn !== 'function' || !Array.isArray(inputs)) {
    throw new ArgumentError(
      'gradcheck',
      `expected a function and a list of tensors, got ${show(fn)} and ${show(inputs)}`,
    );
  }
  checkTensors('gradcheck', ...inputs);
  if (!inputs.some((input) => input.requiresGrad)) {
    throw new ArgumentError('gradcheck', 'expected at least one input with requiresGrad');
  }
  const single = inputs.findIndex((input) => input.dtype !== 'float64');
  if (single >= 0) {
    throw new ArgumentError('gradcheck', `expected float64 inputs, got ${inputs[single].dtype} as input ${single}`);
  }

  const evaluate = () => {
    const y = noGrad(() => fn(...inputs));
    checkTensors('gradcheck', y);
    return Float64Array.from(y.data);
  };
  const here = evaluate();
  if (evaluate().some((value, i) => !Object.is(value, here[i]))) {
    throw new ArgumentError('gradcheck', 'fn gives different results for the same inputs');
  }
  const generator = new Generator('gradcheck');
  const weights = Float64Array.from(here, () => generator.uniform(0.5, 1.5) * (generator.uniform() < 0.5 ? -1 : 1));

  const saved = inputs.map((input) => input.grad);
  for (const input of inputs) input.gradient = null;
  const output = fn(...inputs);
  output.backward(wrap(weights.slice(), output.shape));
  const analytic = inputs.map((input) => Float64Array.from(input.grad?.data ?? new Float64Array(input.size)));
  inputs.forEach((input, i) => {
    input.grad = saved[i];
  });

  const result: GradcheckResult = { ok: false, maxError: 0, checked: 0, mismatches: [], kinks: [], message: '' };
  inputs.forEach((tensor, input) => {
    if (!tensor.requiresGrad) return;
    for (let index = 0; index < tensor.size; index++) {
      const numeric = derivative(evaluate, tensor, index, eps, here, weights);
      if (numeric === null) {
        result.kinks.push({ input, index });
        continue;
      }
      const error = Math.abs(analytic[input][index] - numeric);
      result.checked++;
      if (!(error <= result.maxError)) result.maxError = error;
      if (!(error <= atol + rtol * Math.abs(numeric))) {
        result.mismatches.push({ input, index, analytic: analytic[input][index], numeric });
      }
    }
  });
  result.ok = result.mismatches.length === 0 && result.kinks.length === 0;
  result.message = describe(result);
  return result;
}

/** d(weights . fn)/d(tensor[index]) by a central difference; null at a kink, where the slopes on both sides differ. */
function derivative(
  evaluate: () => Float64Array,
  tensor: Tensor,
  index: number,
  eps: number,
  here: Float64Array,
  weights: Float64Array,
): number | null {
  const value = tensor.data[index];
  for (const closer of CLOSER) {
    const step = eps * closer;
    tensor.data[index] = value + step;
    const above = evaluate();
    tensor.data[index] = value - step;
    const below = evaluate();
    tensor.data[index] = value;
    let sum = 0;
    let smooth = true;
    for (let i = 0; i < here.length; i++) {
      const right = (above[i] - here[i]) / step;
      const left = (here[i] - below[i]) / step;
      // On a smooth stretch the slopes differ by step * f''; NaN counts as smooth, and is reported as a mismatch.
      if (Math.abs(right - left) > 1e-3 * Math.max(1, Math.abs(right), Math.abs(left))) smooth = false;
      sum += weights[i] * ((above[i] - below[i]) / (2 * step));
    }
    if (smooth) return sum;
  }
  return null;
}

function describe({ mismatches, kinks, checked, maxError }: GradcheckResult): string {
  const parts = mismatches.slice(0, 5).map((m) => {
    return `input ${m.input} at index ${m.index}: backward says ${m.analytic}, the central difference ${m.numeric}`;
  });
  if (mismatches.length > 5) parts.push(`and ${mismatches.length - 5} more`);
  for (const { input, index } of kinks.slice(0, 5)) parts.push(`input ${input} at index ${index} is at a kink`);
  return parts.length > 0 ? parts.join('; ') : `${checked} derivatives agree, largest difference ${maxError}`;
}
