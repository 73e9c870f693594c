import * as tf from '@tensorflow/tfjs';
import { channelsLast, permute, transposed } from '../lib/layout.js';
import type { Build } from '../lib/task.js';
import { type LayerSpec, parameterShapes } from '../nets.js';

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
      const { shape, layer } = shapes[i];
      const [out, inside, kernelH, kernelW] = shape;
      if (layer.kind === 'conv' && shape.length === 4 && layer.groups > 1) {
        return tf.variable(tf.tensor(w, [kernelH, kernelW, out, inside]));
      }
      if (shape.length === 4) return tf.variable(tf.tensor(w, [kernelH, kernelW, inside, out]));
      if (shape.length === 2) return tf.variable(tf.tensor(transposed(w, out, inside), [inside, out]));
      return tf.variable(tf.tensor(w, shape));
    });
    const optimizer = tf.train.momentum(task.lr, task.momentum);
    const [channels, height, width] = task.net.input;

    const running = shapes
      .filter(({ start }) => start !== undefined)
      .map(({ shape, start }) => tf.variable(start === 1 ? tf.zeros(shape) : tf.ones(shape), false));

    const forward = (x: tf.Tensor4D): tf.Tensor2D => {
      let at = 0;
      let statistics = 0;
      const run = (layers: readonly LayerSpec[], input: tf.Tensor): tf.Tensor => {
        let y = input;
        for (const layer of layers) {
          const image = y as tf.Tensor4D;
          if (layer.kind === 'conv') {
            const filters = variables[at++] as unknown as tf.Tensor4D;
            const convolve = layer.groups > 1 ? tf.depthwiseConv2d : tf.conv2d;
            y = convolve(image, filters, layer.stride, layer.padding);
            if (layer.bias) y = y.add(variables[at++]);
          } else if (layer.kind === 'batchNorm') {
            const { mean, variance } = tf.moments(image, [0, 1, 2]);
            const [scale, offset] = [variables[at++], variables[at++]] as unknown as tf.Tensor1D[];
            for (const fresh of [mean, variance]) {
              const old = running[statistics++];
              old.assign(old.mul(0.9).add(fresh.mul(0.1)));
            }
            y = tf.batchNorm4d(image, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale, 1e-5);
          } else if (layer.kind === 'residual') {
            const change = run(layer.block, y);
            y = run(layer.shortcut, y).add(change);
          } else if (layer.kind === 'maxPool') y = tf.maxPool(image, layer.size, layer.size, 'valid');
          else if (layer.kind === 'globalAvgPool') y = y.mean([1, 2]);
          else if (layer.kind === 'relu') y = tf.relu(y);
          else if (layer.kind === 'flatten') y = y.reshape([task.batch, -1]);
          else y = tf.matMul(y, variables[at++]).add(variables[at++]);
        }
        return y;
      };
      return run(task.net.layers, x) as tf.Tensor2D;
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
