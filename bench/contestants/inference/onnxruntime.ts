import type { BuildInference } from '../../lib/inference.js';
import { readOnnx } from '../../lib/onnx.js';

/** Both of them take the file that PyTorch has written of the same weights. */
export const buildOn =
  (runtime: 'onnxruntime-web' | 'onnxruntime-node'): BuildInference =>
  async (task) => {
    const { env, InferenceSession, Tensor } = await import(runtime);
    if (runtime === 'onnxruntime-web') env.wasm.numThreads = task.threads;
    env.logLevel = 'error';
    const session = await InferenceSession.create(readOnnx(task), {
      executionProviders: [runtime === 'onnxruntime-web' ? 'wasm' : 'cpu'],
      intraOpNumThreads: task.threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
    });
    const shape = [task.batch, ...task.net.input];
    return {
      facts: { elements: 'float32', version: env.versions.common },
      async infer(images) {
        const { y } = await session.run({ x: new Tensor('float32', images, shape) });
        return y.data;
      },
    };
  };
