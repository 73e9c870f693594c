import { noGrad } from '../../autograd/graph.js';
import { Tensor } from '../../autograd/tensor.js';
import type { Dataset } from '../../data/dataset.js';
import { DataLoader } from '../../data/loader.js';
import { GELU, LeakyReLU, ReLU, Sigmoid, Tanh } from '../../nn/activations.js';
import { BatchNorm2D } from '../../nn/batchnorm.js';
import { heldBy } from '../../nn/fields.js';
import { inEvaluation } from '../../nn/modes.js';
import type { Module } from '../../nn/module.js';
import { AvgPool2D, MaxPool2D } from '../../nn/pooling.js';
import { Sequential } from '../../nn/sequential.js';
import { argmax } from '../../train/metrics.js';
import type { Intervention } from './ablation.js';
import { filtersOf } from './filters.js';
import { outputOf } from './layer.js';

const WHERE = 'accuracyByChannel';

/** Layers whose output channels depend on one input channel each, in evaluation mode. */
const CHANNELWISE: unknown[] = [AvgPool2D, BatchNorm2D, GELU, LeakyReLU, MaxPool2D, ReLU, Sigmoid, Tanh];

/**
 * The accuracy when one channel of a layer is changed, for each channel: `changes[channel].evaluate(dataset).accuracy`, the
 * same numbers sooner. In a Sequential all up to the layer, and what follows it channel by channel, runs on each batch
 * twice and not once a channel: as it is, and with all changes at once. The rest goes on from the first with one channel of
 * the second.
 * @param changes for each channel from 0 one that changes no other, such as `ablate(model, layer, channel)`; null for none
 * @returns null where no change is
 */
export function accuracyByChannel(
  model: Module,
  layer: string,
  dataset: Dataset,
  changes: readonly (Intervention | null)[],
): (number | null)[] {
  const behind = layersBehind(model, layer);
  if (!behind) return changes.map((change) => change?.evaluate(dataset).accuracy ?? null);
  const mixing = behind.findIndex((each) => !CHANNELWISE.includes(each.constructor));
  const [near, far] = mixing < 0 ? [behind, []] : [behind.slice(0, mixing), behind.slice(mixing)];
  const given = changes.filter((change) => change !== null);
  const changed = given.reduce(
    (inner, { run }) =>
      <T>(fn: () => T) =>
        run(() => inner(fn)),
    <T>(fn: () => T) => fn(),
  );
  const correct = changes.map(() => 0);
  inEvaluation(model, () => {
    for (const { x, y } of new DataLoader(dataset, { batchSize: 100 })) {
      noGrad(() => {
        const output = () => forward(near, outputOf(WHERE, model, layer, x));
        const [own, others] = [output(), changed(output)];
        changes.forEach((change, channel) => {
          if (!change) return;
          const predicted = noGrad(() => {
            swapChannel(own, others, channel);
            return argmax(WHERE, forward(far, own), y.length, dataset.classes);
          });
          swapChannel(own, others, channel); // As it was.
          predicted.forEach((guess, i) => {
            if (guess === y[i]) correct[channel]++;
          });
        });
      });
    }
  });
  return changes.map((change, channel) => change && correct[channel] / dataset.length);
}

/**
 * The layers that run after one, in order; null where that is not known: outside of a Sequential, or where its weights are
 * used in another place, too.
 */
function layersBehind(model: Module, path: string): Module[] | null {
  const { weight, bias } = filtersOf(WHERE, model, path);
  const held = model.namedModules().flatMap(([, module]) => heldBy(module, Tensor).map(([, tensor]) => tensor));
  if (held.filter((tensor) => tensor === weight || tensor === bias).length > (bias ? 2 : 1)) return null;
  const behind: Module[] = [];
  let container = model;
  for (const name of path.split('.')) {
    if (!(container instanceof Sequential) || container.forward !== Sequential.prototype.forward) return null;
    const layers = container.namedChildren();
    const at = layers.findIndex(([key]) => key === name);
    behind.unshift(...layers.slice(at + 1).map(([, layer]) => layer));
    container = layers[at][1];
  }
  return behind;
}

function forward(layers: readonly Module[], x: Tensor): Tensor {
  return layers.reduce((output, layer) => layer.forward(output), x);
}

/** Exchanges a channel of [N, C, ...] in two tensors. */
function swapChannel(a: Tensor, b: Tensor, channel: number): void {
  const [n, channels] = a.shape;
  const size = a.size / (n * channels);
  const [of, other] = [a.storage.array, b.storage.array];
  for (let at = channel * size; at < a.size; at += channels * size) {
    const saved = of.slice(at, at + size);
    of.set(other.subarray(at, at + size), at);
    other.set(saved, at);
  }
  a.storage.version++;
  b.storage.version++;
}
