import type { Run } from './compare.js';

/** The parts of onnxruntime-web that are used: it is installed in this folder alone, and so has no types for the checkout. */
interface Runtime {
  env: { wasm: { numThreads: number } };
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => RuntimeTensor;
  InferenceSession: { create(file: Uint8Array): Promise<Session> };
}
interface RuntimeTensor {
  dims: readonly number[];
  data: Float32Array;
}
interface Session {
  inputNames: readonly string[];
  outputNames: readonly string[];
  run(feeds: Record<string, RuntimeTensor>): Promise<Record<string, RuntimeTensor>>;
}

/** Opens ONNX files with a runtime. */
export function opener({ env, InferenceSession, Tensor }: Runtime): (file: Uint8Array) => Promise<Run> {
  env.wasm.numThreads = 1;
  return async (file) => {
    const session = await InferenceSession.create(file);
    return async (inputs) => {
      const feeds = inputs.map(({ data, shape }, i) => {
        return [session.inputNames[i], new Tensor('float32', Float32Array.from(data), shape)];
      });
      const results = await session.run(Object.fromEntries(feeds));
      return session.outputNames.map((name) => results[name]);
    };
  };
}

/** The runtime in Node. */
export async function inNode(): Promise<(file: Uint8Array) => Promise<Run>> {
  const { href } = new URL('node_modules/onnxruntime-web/dist/ort.node.min.mjs', import.meta.url);
  return opener((await import(href)) as Runtime);
}
