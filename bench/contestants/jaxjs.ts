import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import type { Build } from '../lib/task.js';
import { isNormalized, parameterShapes } from '../nets.js';

/**
 * As in its own MNIST demo, with the whole step compiled; eager, or with the model alone compiled, it was within a tenth
 * of that. Memory is given back by hand.
 */
export const build: Build = async (task, weights) => {
  if (isNormalized(task.net)) throw new Error('jax-js has no batch norm');
  const devices = await init('wasm');
  if (!devices.includes('wasm')) throw new Error('jax-js has no wasm backend here');
  defaultDevice('wasm');

  const forward = (parameters: np.Array[], x: np.Array): np.Array => {
    let at = 0;
    for (const layer of task.net.layers) {
      if (layer.kind === 'conv') {
        const pad: [number, number] = [layer.padding, layer.padding];
        x = lax.convGeneralDilated(x, parameters[at++], [layer.stride, layer.stride], [pad, pad]).add(parameters[at++]);
      } else if (layer.kind === 'maxPool') {
        x = lax.reduceWindow(x, np.max, [layer.size, layer.size], [layer.size, layer.size]);
      } else if (layer.kind === 'relu') x = nn.relu(x);
      else if (layer.kind === 'flatten') x = x.reshape([task.batch, -1]);
      else if (layer.kind === 'dense') x = np.dot(x, parameters[at++]).add(parameters[at++]);
      else throw new Error(`no ${layer.kind} in jax-js`);
    }
    return x;
  };
  const loss = (parameters: np.Array[], x: np.Array, y: np.Array): np.Array =>
    nn
      .logSoftmax(forward(parameters, x))
      .mul(y)
      .sum()
      .mul(-1 / task.batch);

  const update = jit((parameters: np.Array[], velocities: np.Array[], x: np.Array, y: np.Array) => {
    const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters), x, y);
    const next = gradients.map((gradient, i) => velocities[i].mul(task.momentum).add(gradient));
    const moved = parameters.map((parameter, i) => parameter.sub(next[i].ref.mul(task.lr)));
    return [value, moved, next] as [np.Array, np.Array[], np.Array[]];
  });

  const shapes = parameterShapes(task.net).map(({ shape }) => shape);
  let parameters = weights.map((w, i) => {
    const array = np.array(w.slice());
    // The bias of a convolution is added along the channels, which are the first axis of an image.
    if (shapes[i].length === 1 && shapes[i - 1].length === 4) return array.reshape([shapes[i][0], 1, 1]);
    if (shapes[i].length === 2) return array.reshape(shapes[i]).transpose();
    return array.reshape(shapes[i]);
  });
  let velocities = parameters.map((parameter) => np.zeros(parameter.shape));

  return {
    facts: { elements: 'float32', threads: typeof Worker === 'undefined' ? 1 : navigator.hardwareConcurrency },
    async step(images, labels) {
      const x = np.array(images.slice()).reshape([task.batch, ...task.net.input]);
      const y = nn.oneHot(np.array(Int32Array.from(labels), { dtype: np.int32 }), 10);
      let value: np.Array;
      [value, parameters, velocities] = update(parameters, velocities, x, y);
      await blockUntilReady(parameters);
      return (await value.data())[0];
    },
  };
};
