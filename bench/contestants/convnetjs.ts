import { createRequire } from 'node:module';
import { channelsLast, permute } from '../lib/layout.js';
import type { Build } from '../lib/task.js';
import { isNormalized, type LayerSpec } from '../nets.js';

/** The part of ConvNetJS that is used: it comes without types. */
interface Vol {
  w: Float64Array;
}
interface Layer {
  layer_type: string;
  filters: Vol[];
  biases: Vol;
}
interface Net {
  layers: Layer[];
  makeLayers(definitions: Record<string, unknown>[]): void;
}
interface ConvNetJS {
  Net: new () => Net;
  Vol: new (sx: number, sy: number, depth: number, value: number) => Vol;
  Trainer: new (net: Net, options: Record<string, unknown>) => { train(x: Vol, label: number): { loss: number } };
}

/** Its own Trainer, which takes one example at a time and changes the weights after `batch_size` of them. */
export const build: Build = (task, weights) => {
  const convnetjs: ConvNetJS = createRequire(import.meta.url)('convnetjs');
  const [channels, height, width] = task.net.input;
  if (isNormalized(task.net)) throw new Error('ConvNetJS has no batch norm');
  const layers = task.net.layers.filter(({ kind }) => kind !== 'flatten');
  const net = new convnetjs.Net();
  net.makeLayers([
    { type: 'input', out_sx: width, out_sy: height, out_depth: channels },
    ...layers.map((spec, i) => definition(spec, i === layers.length - 1)),
  ]);
  setWeights(net, channelsLast(task.net, weights, 'out first'));
  const { lr, momentum, batch } = task;
  const trainer = new convnetjs.Trainer(net, {
    method: 'sgd',
    learning_rate: lr,
    momentum,
    batch_size: batch,
    l1_decay: 0,
    l2_decay: 0,
  });
  const size = channels * height * width;
  const volumes = Array.from({ length: batch }, () => new convnetjs.Vol(width, height, channels, 0));

  return {
    facts: { elements: 'float64' },
    step(images, labels) {
      let loss = 0;
      for (let i = 0; i < batch; i++) {
        const image = images.subarray(i * size, (i + 1) * size);
        volumes[i].w.set(channels === 1 ? image : permute(image, [1, channels, height, width], [0, 2, 3, 1]));
        loss += trainer.train(volumes[i], labels[i]).loss;
      }
      return loss / batch;
    },
  };
};

function definition(spec: LayerSpec, last: boolean): Record<string, unknown> {
  if (spec.kind === 'conv' && spec.groups === 1 && spec.bias) {
    return { type: 'conv', sx: spec.kernel, filters: spec.outChannels, stride: spec.stride, pad: spec.padding };
  }
  if (spec.kind === 'maxPool') return { type: 'pool', sx: spec.size, stride: spec.size };
  if (spec.kind === 'relu') return { type: 'relu' };
  if (spec.kind !== 'dense') throw new Error(`no ${spec.kind} in ConvNetJS`);
  // Its softmax layer adds the dense layer before it by itself.
  return last ? { type: 'softmax', num_classes: spec.outFeatures } : { type: 'fc', num_neurons: spec.outFeatures };
}

function setWeights(net: Net, weights: readonly Float32Array[]): void {
  const layers = net.layers.filter(({ layer_type }) => layer_type === 'conv' || layer_type === 'fc');
  layers.forEach(({ filters, biases }, i) => {
    const all = weights[2 * i];
    const size = all.length / filters.length;
    filters.forEach((filter, k) => {
      filter.w.set(all.subarray(k * size, (k + 1) * size));
    });
    biases.w.set(weights[2 * i + 1]);
  });
}
