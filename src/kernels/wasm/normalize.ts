import type { ChannelSizes, Kernels } from '../kernels.js';
import type { Engine } from './instance.js';

type Normalization = Pick<Kernels, 'moments' | 'normalize' | 'normalizeGradient'>;

export function normalizeKernels({ memory, struct, parts, split }: Engine): Normalization {
  /** Calls a kernel for runs of channels; each channel is summed in one order, whoever does it. */
  function channels(
    kernel: keyof Normalization,
    { N, C, size }: ChannelSizes,
    row: (sizes: number, from: number, to: number) => number[],
  ): void {
    const sizes = struct([N, C, size]);
    const work = (N * C * size) / 2;
    split(kernel, C, parts(C, work), work, (from, to) => row(sizes, from, to));
  }

  return {
    moments(x, mean, variance, sizes) {
      const [X, M, V] = [memory.read(x), memory.write(mean), memory.write(variance)];
      channels('moments', sizes, (s, from, to) => [X, M, V, s, from, to]);
      memory.end();
    },

    normalize(x, { mean, variance }, weight, bias, y, settings) {
      const [X, M, V] = [memory.read(x), memory.read(mean), memory.read(variance)];
      const [W, B] = [weight ? memory.read(weight) : 0, bias ? memory.read(bias) : 0];
      const Y = memory.write(y);
      channels('normalize', settings, (s, from, to) => [X, M, V, W, B, Y, settings.eps, s, from, to]);
      memory.end();
    },

    normalizeGradient(x, { mean, variance, fixed }, weight, dy, { dx, dweight, dbias }, settings) {
      const adds = dx && memory.isZero(dx) ? 0 : 1;
      const [X, M, V, dY] = [memory.read(x), memory.read(mean), memory.read(variance), memory.read(dy)];
      const W = weight ? memory.read(weight) : 0;
      const [dW, dB] = [dweight ? memory.update(dweight) : 0, dbias ? memory.update(dbias) : 0];
      const dX = dx ? (adds ? memory.update(dx) : memory.write(dx)) : 0;
      const flags = adds + (fixed ? 2 : 0);
      const { eps } = settings;
      channels('normalizeGradient', settings, (s, from, to) => {
        return [X, M, V, W, dY, dX, dW, dB, eps, flags, s, from, to];
      });
      memory.end();
    },
  };
}
