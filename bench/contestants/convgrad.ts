import { pathToFileURL } from 'node:url';
import type * as Convgrad from '../../src/index.js';
import { buildNet } from '../lib/ours.js';
import type { Build } from '../lib/task.js';

export const build: Build = async (task, weights) => {
  const convgrad: typeof Convgrad = await import(pathToFileURL(task.convgrad).href);
  await convgrad.setThreads(task.threads);
  const model = buildNet(convgrad, task.net);
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
