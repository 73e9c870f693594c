import { checkTensors } from '../autograd/operation.js';
import type { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, show } from '../errors.js';

/**
 * Scales the gradients of all parameters together so that their norm, the root of the sum of all squares, is at most
 * `maxNorm`; call it between `backward` and `step`. As in PyTorch: times maxNorm / (norm + 1e-6) where that is below 1,
 * and NaN, all of them, where one is.
 * @returns the norm before
 */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number): number {
  checkNumber('clipGradNorm', 'maxNorm', maxNorm, { least: 0 });
  checkList('clipGradNorm', parameters);
  let sum = 0;
  for (const { gradient } of parameters) {
    if (!gradient) continue;
    const { array } = gradient;
    for (let i = 0; i < array.length; i++) sum += array[i] * array[i];
  }
  const norm = Math.sqrt(sum);
  const scale = maxNorm / (norm + 1e-6);
  if (!(scale >= 1)) change(parameters, (value) => value * scale);
  return norm;
}

/** Brings every number of the parameters' gradients into [-clipValue, clipValue]; call it between `backward` and `step`. */
export function clipGradValue(parameters: readonly Tensor[], clipValue: number): void {
  checkNumber('clipGradValue', 'clipValue', clipValue, { least: 0 });
  checkList('clipGradValue', parameters);
  change(parameters, (value) => Math.min(Math.max(value, -clipValue), clipValue));
}

function checkList(where: string, parameters: unknown): void {
  if (Array.isArray(parameters)) checkTensors(where, ...parameters);
  else throw new ArgumentError(where, `expected a list such as model.parameters(), got ${show(parameters)}`);
}

function change(parameters: readonly Tensor[], fn: (value: number) => number): void {
  for (const { gradient } of parameters) {
    if (!gradient) continue;
    const { array } = gradient;
    for (let i = 0; i < array.length; i++) array[i] = fn(array[i]);
  }
}
