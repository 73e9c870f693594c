import { pathToFileURL } from 'node:url';
import type * as Convgrad from '../../src/index.js';
import type { Build } from '../lib/task.js';
import type { LayerSpec } from '../nets.js';

/** What may be missing yet. */
type Threads = { setThreads?: (threads: number) => Promise<unknown> };

export const build: Build = async (task, weights) => {
  const convgrad: typeof Convgrad & Threads = await import(pathToFileURL(task.convgrad).href);
  if (task.threads > 1 && !convgrad.setThreads) throw new Error('convgrad has no setThreads yet');
  await convgrad.setThreads?.(task.threads);

  const layer = (spec: LayerSpec): Convgrad.Module => {
    if (spec.kind === 'conv') {
      return new convgrad.Conv2D(spec.inChannels, spec.outChannels, spec.kernel, { padding: spec.padding });
    }
    if (spec.kind === 'dense') return new convgrad.Dense(spec.inFeatures, spec.outFeatures);
    if (spec.kind === 'maxPool') return new convgrad.MaxPool2D(spec.size);
    return spec.kind === 'relu' ? new convgrad.ReLU() : new convgrad.Flatten();
  };
  const model = new convgrad.Sequential(...task.net.layers.map(layer));
  model.parameters().forEach((parameter, i) => {
    parameter.data.set(weights[i]);
  });
  const optimizer = new convgrad.SGD(model.parameters(), { lr: task.lr, momentum: task.momentum });
  const shape = [task.batch, ...task.net.input];

  return {
    facts: { elements: 'float32' },
    step(images, labels) {
      const loss = convgrad.crossEntropy(model.forward(convgrad.tensor(images, { shape })), labels);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return loss.item();
    },
  };
};
