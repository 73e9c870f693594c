import { type LayerSpec, type NetSpec, placed } from '../nets.js';
import type { Task } from './task.js';

export const INFERENCE_CONTESTANTS = [
  'convgrad',
  'onnxruntime-web',
  'tfjs-wasm',
  'onnxruntime-node',
  'pytorch',
  'pytorch-nhwc',
];

/** How many batches they go round and round. */
export const BATCHES = 16;

/** A contestant in its own process: it computes the outputs of one batch after another. */
interface Contestant {
  /** The outputs [batch, 10], from images as `prepare` gives them; timed with all that it takes. */
  infer(images: Float32Array): ArrayLike<number> | Promise<ArrayLike<number>>;
  /** Puts images into the layout that it likes, which is not timed. */
  prepare?(images: Float32Array): Float32Array;
  readonly facts: Record<string, string | number>;
}

/** @param statistics mean and variance of each batch norm in turn */
export type BuildInference = (
  task: Task,
  weights: readonly Float32Array[],
  statistics: readonly Float32Array[],
) => Contestant | Promise<Contestant>;

/** The means and variances of a net's batch norms, one array each. */
export function splitStatistics(net: NetSpec, all: Float32Array): Float32Array[] {
  let at = 0;
  return placed(net).flatMap(({ layer }) => {
    if (layer.kind !== 'batchNorm') return [];
    return [0, 1].map(() => {
      at += layer.channels;
      return all.subarray(at - layer.channels, at);
    });
  });
}

/** The same net with its batch norms folded into the convolutions before them. */
export function withoutNorms(net: NetSpec, weights: readonly Float32Array[], statistics: readonly Float32Array[]) {
  const left: Float32Array[] = [];
  const queue = [...weights];
  const running = [...statistics];
  const run = (layers: readonly LayerSpec[]): LayerSpec[] => {
    const kept: LayerSpec[] = [];
    for (const layer of layers) {
      if (layer.kind === 'residual') {
        const block = run(layer.block);
        kept.push({ ...layer, block, shortcut: run(layer.shortcut) });
      } else if (layer.kind === 'batchNorm') {
        const conv = kept[kept.length - 1];
        if (conv?.kind !== 'conv' || conv.bias)
          throw new Error('expected a convolution without bias before batch norm');
        const [weight, bias, mean, variance] = [queue.shift()!, queue.shift()!, running.shift()!, running.shift()!];
        const filters = left[left.length - 1];
        const scales = weight.map((w, c) => w / Math.sqrt(variance[c] + 1e-5));
        const perFilter = filters.length / scales.length;
        left[left.length - 1] = filters.map((w, i) => w * scales[Math.floor(i / perFilter)]);
        left.push(bias.map((b, c) => b - mean[c] * scales[c]));
        kept[kept.length - 1] = { ...conv, bias: true };
      } else {
        const count =
          layer.kind === 'dense' || (layer.kind === 'conv' && layer.bias) ? 2 : layer.kind === 'conv' ? 1 : 0;
        left.push(...queue.splice(0, count));
        kept.push(layer);
      }
    }
    return kept;
  };
  return { net: { ...net, layers: run(net.layers) }, weights: left };
}
