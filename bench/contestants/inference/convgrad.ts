import { pathToFileURL } from 'node:url';
import type * as Convgrad from '../../../src/index.js';
import type { BuildInference } from '../../lib/inference.js';
import { buildNet } from '../../lib/ours.js';

export const build: BuildInference = async (task, weights, statistics) => {
  const convgrad: typeof Convgrad = await import(pathToFileURL(task.convgrad).href);
  await convgrad.setThreads(task.threads);
  const model = buildNet(convgrad, task.net);
  const state = model.stateDict();
  const keys = Object.keys(state).filter((key) => !/running|num_batches/.test(key));
  for (const [i, key] of keys.entries()) state[key] = convgrad.tensor(weights[i], { shape: state[key].shape });
  const running = Object.keys(state).filter((key) => key.includes('running'));
  for (const [i, key] of running.entries()) state[key] = convgrad.tensor(statistics[i]);
  model.loadStateDict(state);
  model.eval();
  const shape = [task.batch, ...task.net.input];
  return {
    facts: { elements: 'float32' },
    infer: (images) => convgrad.predict(model, convgrad.tensor(images, { shape })).data,
  };
};
