import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  crossEntropy,
  Dense,
  flatten,
  Module,
  maxPool2d,
  noGrad,
  SGD,
  type Tensor,
} from '../../src/index.js';
import { writeSafetensors } from '../../src/io/index.js';
import { readNpy, readNpz, writeNpz } from '../../src/numpy/index.js';
import { exportOnnx } from '../../src/onnx/index.js';
import { readTorch, readTorchData } from '../../src/torch/index.js';
import { temporaryFolder } from '../temporary-folder.js';
import { difference } from './compare.js';
import { inNode } from './onnxruntime.js';

// A network goes from PyTorch to us, learns one step, and goes on to onnxruntime and back to PyTorch: it gives the same everywhere.

/** Of the largest output. */
const LIMIT = 2e-6;
const folder = temporaryFolder('pytorch');
const file = (name: string) => join(folder, name);
const script = fileURLToPath(new URL('pytorch.py', import.meta.url));
const python = (task: string) =>
  execFileSync(process.env.PYTHON ?? '/usr/bin/python3', [script, task, folder], { encoding: 'utf8' });

/** The network of pytorch.py. */
class Net extends Module {
  readonly conv1 = new Conv2D(3, 8, 3, { padding: 1, bias: false });
  readonly norm1 = new BatchNorm2D(8);
  readonly conv2 = new Conv2D(8, 8, 3, { padding: 1 });
  readonly dense = new Dense(8 * 4 * 4, 10);
  override forward(x: Tensor): Tensor {
    const half = maxPool2d(this.norm1.forward(this.conv1.forward(x)).relu(), 2);
    return this.dense.forward(flatten(this.conv2.forward(half).gelu().add(half), 1));
  }
}

const model = new Net();
let x: Tensor;
const outputs = () => noGrad(() => model.eval().forward(x)).data;
beforeAll(() => {
  python('make');
  x = readNpy(readFileSync(file('x.npy')));
});

test('what PyTorch saved gives here what it gave there', () => {
  const bytes = readFileSync(file('net.pt'));
  model.loadStateDict(readTorch(bytes, { path: 'model' }));
  expect((readTorchData(bytes) as { epoch: number }).epoch).toBe(3);
  expect(difference(readNpy(readFileSync(file('before.npy'))).data, outputs())).toBeLessThan(LIMIT);
});

test("a step of training here is PyTorch's, to the digits of float32", async () => {
  const optimizer = new SGD(model.parameters(), { lr: 0.05 });
  const before = Float32Array.from(outputs());
  model.train();
  crossEntropy(
    model.forward(x),
    [...Array(16).keys()].map((i) => i % 10),
  ).backward();
  optimizer.step();
  const { y, ...state } = await readNpz(readFileSync(file('after.npz')));
  expect(difference(before, outputs())).toBeGreaterThan(0.01); // It has learned something.
  expect(difference(y.data, outputs())).toBeLessThan(1e-5);
  for (const [key, value] of Object.entries(model.stateDict())) {
    expect(difference(state[key].data, value.data), key).toBeLessThan(1e-5);
  }
});

test('the trained network gives the same in onnxruntime, as ONNX', async () => {
  const run = await (await inNode())(exportOnnx(model, { inputShape: [3, 8, 8] }));
  const [{ data, dims }] = await run([x]);
  expect([...dims]).toEqual([16, 10]);
  expect(difference(outputs(), data)).toBeLessThan(LIMIT);
});

test('and in PyTorch, as safetensors; NumPy reads the same numbers from .npz', () => {
  writeFileSync(file('trained.safetensors'), writeSafetensors(model.stateDict()));
  writeFileSync(file('trained.npz'), writeNpz(model.stateDict()));
  expect(python('check')).toBe('<All keys matched successfully>\n10 arrays are equal\n');
  expect(difference(outputs(), readNpy(readFileSync(file('checked.npy'))).data)).toBeLessThan(LIMIT);
});
