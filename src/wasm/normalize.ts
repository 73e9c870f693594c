import type { Overrides } from '../autograd/define.js';
import type { ChannelSizes } from '../ops/normalize.js';
import type { Engine } from './instance.js';

export function normalize({ memory, struct, parts, split }: Engine): Overrides<typeof import('../ops/normalize.js')> {
  /** Calls a kernel for runs of channels; each channel is summed in one order, whoever does it. */
  function channels(
    kernel: 'moments' | 'normalize' | 'normalizeGradient',
    { N, C, size }: ChannelSizes,
    row: (sizes: number, from: number, to: number) => number[],
  ): void {
    const sizes = struct([N, C, size]);
    const work = (N * C * size) / 2;
    split(kernel, C, parts(C, work), work, (from, to) => row(sizes, from, to));
  }

  return {
    normalize: {
      moments(x, mean, variance, sizes) {
        const [X, M, V] = [memory.read(x), memory.write(mean), memory.write(variance)];
        channels('moments', sizes, (s, from, to) => [X, M, V, s, from, to]);
      },

      forward(x, { mean, variance }, weight, bias, y, settings) {
        const [X, M, V] = [memory.read(x), memory.read(mean), memory.read(variance)];
        const [W, B] = [memory.read(weight), memory.read(bias)];
        const Y = memory.write(y);
        channels('normalize', settings, (s, from, to) => [X, M, V, W, B, Y, settings.eps, s, from, to]);
      },

      backward(x, { mean, variance, fixed }, weight, dy, { dx, dweight, dbias }, settings) {
        const [X, M, V, dY] = [memory.read(x), memory.read(mean), memory.read(variance), memory.read(dy)];
        const W = memory.read(weight);
        const [dW, dB] = [memory.update(dweight), memory.update(dbias)];
        const { address: dX, adds } = dx ? memory.sum(dx) : { address: 0, adds: 0 };
        const flags = adds + (fixed ? 2 : 0);
        const { eps } = settings;
        channels('normalizeGradient', settings, (s, from, to) => {
          return [X, M, V, W, dY, dX, dW, dB, eps, flags, s, from, to];
        });
      },
    },
  };
}
