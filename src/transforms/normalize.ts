import type { Transform } from '../data/transform.js';
import { ArgumentError, checkNumber, readOptions, ShapeError } from '../errors.js';
import { showShape, sizeOf } from '../shape.js';
import { imageShape } from './images.js';

/**
 * Normalizes inputs, (input - mean) / std. Give it to what is evaluated, too:
 * `heldOut.transformed(normalize({ mean, std }))`.
 * @param options `mean` and `std`: of the training data, a number each for everything or one a channel; std above 0
 * @returns a transform, which throws a ShapeError for images with another number of channels
 * @throws ArgumentError for other numbers; ShapeError for another number of means than of stds
 */
export function normalize(options: { mean: number | readonly number[]; std: number | readonly number[] }): Transform {
  const { mean, std } = readOptions('normalize', options, { mean: undefined, std: undefined });
  const [means, stds] = [list(mean), list(std)];
  for (const mean of means) checkNumber('normalize', 'mean', mean);
  for (const std of stds) {
    if (!(checkNumber('normalize', 'std', std) > 0)) {
      throw new ArgumentError('normalize', `expected std to be above 0, got ${std}`);
    }
  }
  const channels = Math.max(means.length, stds.length);
  if (![1, channels].includes(means.length) || ![1, channels].includes(stds.length)) {
    throw new ShapeError('normalize', `expected as many means as stds, got ${means.length} and ${stds.length}`);
  }
  return (inputs, shape) => {
    const [, held, ...rest] = channels === 1 ? [0, 1, sizeOf(shape.slice(1))] : imageShape('normalize', inputs, shape);
    if (held !== channels) {
      throw new ShapeError(
        'normalize',
        `expected ${channels} channels, as many as means, got shape ${showShape(shape)}`,
      );
    }
    const size = sizeOf(rest);
    for (let start = 0, c = 0; start < inputs.length; start += size, c = (c + 1) % channels) {
      const [mean, scale] = [means[c % means.length], 1 / stds[c % stds.length]];
      for (let i = start; i < start + size; i++) inputs[i] = (inputs[i] - mean) * scale;
    }
  };
}

function list(value: number | readonly number[]): readonly number[] {
  return Array.isArray(value) ? value : [value as number];
}
