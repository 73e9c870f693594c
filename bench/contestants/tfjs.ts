import * as tf from '@tensorflow/tfjs';
import { channelsLast, permute, transposed } from '../lib/layout.js';
import type { Build } from '../lib/task.js';
import { parameterShapes } from '../nets.js';

/** With the functions of its core, which cost less than its layers; images have their channels last, as it likes them. */
export const buildOn =
  (backend: 'cpu' | 'wasm'): Build =>
  async (task, weights) => {
    if (backend === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
    tf.env().set('PROD', true);
    if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
    await tf.ready();

    const shapes = parameterShapes(task.net);
    const variables = channelsLast(task.net, weights, 'out last').map((w, i) => {
      const { shape } = shapes[i];
      const [out, inside, kernelH, kernelW] = shape;
      if (shape.length === 4) return tf.variable(tf.tensor(w, [kernelH, kernelW, inside, out]));
      if (shape.length === 2) return tf.variable(tf.tensor(transposed(w, out, inside), [inside, out]));
      return tf.variable(tf.tensor(w, shape));
    });
    const optimizer = tf.train.momentum(task.lr, task.momentum);
    const [channels, height, width] = task.net.input;

    const forward = (x: tf.Tensor4D): tf.Tensor2D => {
      let y: tf.Tensor = x;
      let at = 0;
      for (const layer of task.net.layers) {
        if (layer.kind === 'conv') {
          const filters = variables[at++] as unknown as tf.Tensor4D;
          y = tf.conv2d(y as tf.Tensor4D, filters, 1, layer.padding).add(variables[at++]);
        } else if (layer.kind === 'maxPool') y = tf.maxPool(y as tf.Tensor4D, layer.size, layer.size, 'valid');
        else if (layer.kind === 'relu') y = tf.relu(y);
        else if (layer.kind === 'flatten') y = y.reshape([task.batch, -1]);
        else y = tf.matMul(y, variables[at++]).add(variables[at++]);
      }
      return y as tf.Tensor2D;
    };

    return {
      facts: { elements: 'float32', version: tf.version.tfjs },
      step(images, labels) {
        const nhwc = channels === 1 ? images : permute(images, [task.batch, channels, height, width], [0, 2, 3, 1]);
        const loss = tf.tidy(() => {
          const x = tf.tensor4d(nhwc, [task.batch, height, width, channels]);
          const y = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), 10);
          return optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, forward(x)) as tf.Scalar, true)!;
        });
        const value = loss.dataSync()[0];
        loss.dispose();
        return value;
      },
    };
  };
