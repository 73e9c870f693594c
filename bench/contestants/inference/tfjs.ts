import * as tf from '@tensorflow/tfjs';
import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import { type BuildInference, withoutNorms } from '../../lib/inference.js';
import { channelsLast, permute, transposed } from '../../lib/layout.js';
import { type LayerSpec, parameterShapes } from '../../nets.js';

/**
 * As its converter would have it: batch norm folded into the convolutions, bias and ReLU fused with them, ReLU in front of
 * pooling, where it costs nothing then. Images come with their channels last.
 */
export const build: BuildInference = async (task, weights, statistics) => {
  setThreadsCount(task.threads);
  tf.env().set('PROD', true);
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js has no backend wasm here');
  await tf.ready();

  const folded = withoutNorms(task.net, weights, statistics);
  const shapes = parameterShapes(folded.net);
  const tensors = channelsLast(folded.net, folded.weights, 'out last').map((w, i) => {
    const { shape, layer } = shapes[i];
    const [out, inside, kernelH, kernelW] = shape;
    if (shape.length === 1) return tf.tensor(w, shape);
    if (shape.length === 2) return tf.tensor(transposed(w, out, inside), [inside, out]);
    const isDepthwise = layer.kind === 'conv' && layer.groups > 1;
    return tf.tensor(w, isDepthwise ? [kernelH, kernelW, out, inside] : [kernelH, kernelW, inside, out]);
  });

  const forward = (images: tf.Tensor4D): tf.Tensor => {
    let at = 0;
    const run = (layers: readonly LayerSpec[], input: tf.Tensor): tf.Tensor => {
      let y = input;
      let isDone = false;
      for (const [i, layer] of layers.entries()) {
        const x = y as tf.Tensor4D;
        if (layer.kind === 'conv') {
          const filter = tensors[at++] as tf.Tensor4D;
          isDone =
            layers[i + 1]?.kind === 'relu' || (layers[i + 1]?.kind === 'maxPool' && layers[i + 2]?.kind === 'relu');
          const convolve = layer.groups > 1 ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
          const { stride: strides, padding: pad } = layer;
          y = convolve({ x, filter, strides, pad, bias: tensors[at++], activation: isDone ? 'relu' : 'linear' });
        } else if (layer.kind === 'dense') {
          isDone = layers[i + 1]?.kind === 'relu';
          const [b, bias] = [tensors[at++] as tf.Tensor2D, tensors[at++]];
          y = tf.fused.matMul({ a: y as tf.Tensor2D, b, bias, activation: isDone ? 'relu' : 'linear' });
        } else if (layer.kind === 'residual') {
          const change = run(layer.block, y);
          y = run(layer.shortcut, y).add(change);
          isDone = false;
        } else if (layer.kind === 'maxPool') y = tf.maxPool(x, layer.size, layer.size, 'valid');
        else if (layer.kind === 'globalAvgPool') y = y.mean([1, 2]);
        else if (layer.kind === 'flatten') y = y.reshape([task.batch, -1]);
        else if (!isDone) y = tf.relu(y);
      }
      return y;
    };
    return run(folded.net.layers, images);
  };

  const [channels, height, width] = task.net.input;
  return {
    facts: { elements: 'float32', version: tf.version.tfjs },
    prepare: (images) =>
      channels === 1 ? images : permute(images, [task.batch, channels, height, width], [0, 2, 3, 1]),
    infer(images) {
      const y = tf.tidy(() => forward(tf.tensor4d(images, [task.batch, height, width, channels])));
      const values = y.dataSync() as Float32Array;
      y.dispose();
      return values;
    },
  };
};
