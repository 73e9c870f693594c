import { Generator, noGrad, randn, Tensor } from '../../src/index.js';
import { exportOnnx } from '../../src/onnx/index.js';
import { models } from './models.js';

/** What a runtime computes from a file. */
export type Run = (inputs: readonly Tensor[]) => Promise<{ dims: readonly number[]; data: Float32Array }[]>;

/** Of each model the largest difference between its outputs and those that a runtime computes, over its largest output. */
export async function compare(open: (file: Uint8Array) => Promise<Run>): Promise<Record<string, number>> {
  const differences: Record<string, number> = {};
  for (const { name, model, inputShape } of models) {
    const run = await open(exportOnnx(model, { inputShape }));
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as number[][];
    model.eval();
    differences[name] = 0;
    for (const examples of [1, 5, 16]) {
      const generator = new Generator(name);
      const inputs = shapes.map((shape) => randn([examples, ...shape], { generator }));
      const ours = tensorsIn(noGrad(() => model.forward(...inputs)));
      const theirs = await run(inputs);
      if (theirs.length !== ours.length) throw new Error(`${name}: ${theirs.length} outputs, expected ${ours.length}`);
      ours.forEach(({ shape, data }, i) => {
        if (`${theirs[i].dims}` !== `${shape}`) throw new Error(`${name}: shape ${theirs[i].dims}, expected ${shape}`);
        differences[name] = Math.max(differences[name], difference(data, theirs[i].data));
      });
    }
  }
  return differences;
}

/** The largest difference over the largest number; infinite where one is not finite. */
export function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let [largest, apart] = [Number.MIN_VALUE, 0];
  for (let i = 0; i < ours.length; i++) {
    largest = Math.max(largest, Math.abs(ours[i]));
    const d = Math.abs(ours[i] - theirs[i]);
    apart = Math.max(apart, Number.isFinite(d) ? d : Infinity);
  }
  return apart / largest;
}

function tensorsIn(output: unknown): Tensor[] {
  return output instanceof Tensor ? [output] : Object.values(output as object).flatMap(tensorsIn);
}
