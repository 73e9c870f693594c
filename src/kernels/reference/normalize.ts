import type { ChannelSizes, Kernels, NormalizeSettings } from '../kernels.js';
import type { Storage } from '../storage.js';

/** Calls `visit` with the index of each number of a channel. */
function eachOf(channel: number, { N, C, size }: ChannelSizes, visit: (at: number) => void): void {
  for (let n = 0; n < N; n++) {
    const first = (n * C + channel) * size;
    for (let at = first; at < first + size; at++) visit(at);
  }
}

export function moments(x: Storage, mean: Storage, variance: Storage, sizes: ChannelSizes): void {
  const [X, M, V] = [x.array, mean.array, variance.array];
  const count = sizes.N * sizes.size;
  for (let c = 0; c < sizes.C; c++) {
    let sum = 0;
    eachOf(c, sizes, (at) => {
      sum += X[at];
    });
    const middle = sum / count;
    let squares = 0;
    eachOf(c, sizes, (at) => {
      squares += (X[at] - middle) ** 2;
    });
    M[c] = middle;
    V[c] = squares / count;
  }
}

export const normalize: Kernels['normalize'] = (x, { mean, variance }, weight, bias, y, settings) => {
  const [X, Y] = [x.array, y.array];
  for (let c = 0; c < settings.C; c++) {
    const scale = (weight ? weight.array[c] : 1) / deviation(variance, c, settings);
    const [middle, shift] = [mean.array[c], bias ? bias.array[c] : 0];
    eachOf(c, settings, (at) => {
      Y[at] = (X[at] - middle) * scale + shift;
    });
  }
};

/** With r = 1 / sqrt(variance + eps) and means over the channel: dx = w r (dy - mean(dy) - (x - m) r^2 mean(dy (x - m))). */
export const normalizeGradient: Kernels['normalizeGradient'] = (x, given, weight, dy, { dx, dweight, dbias }, s) => {
  const [X, dY] = [x.array, dy.array];
  const count = s.N * s.size;
  for (let c = 0; c < s.C; c++) {
    const r = 1 / deviation(given.variance, c, s);
    const middle = given.mean.array[c];
    let [sum, product] = [0, 0];
    eachOf(c, s, (at) => {
      sum += dY[at];
      product += dY[at] * (X[at] - middle);
    });
    if (dbias) dbias.array[c] += sum;
    if (dweight) dweight.array[c] += product * r;
    if (!dx) continue;
    const scale = (weight ? weight.array[c] : 1) * r;
    const shift = given.fixed ? 0 : sum / count;
    const slope = given.fixed ? 0 : (r * r * product) / count;
    const dX = dx.array;
    eachOf(c, s, (at) => {
      dX[at] += scale * (dY[at] - shift - (X[at] - middle) * slope);
    });
  }
};

function deviation(variance: Storage, channel: number, { eps }: NormalizeSettings): number {
  return Math.sqrt(variance.array[channel] + eps);
}
