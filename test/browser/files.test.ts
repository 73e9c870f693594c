import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BatchNorm2D, Conv2D, Flatten, manualSeed, Sequential } from '../../src/index.js';
import { readNpz, writeNpz } from '../../src/numpy/index.js';
import { exportOnnx } from '../../src/onnx/index.js';
import { readTorch } from '../../src/torch/index.js';
import { openPage } from './page.js';

// The readers and writers of other programs' files in a page: they give what they give in Node.

const checkpoint = readFileSync('test/fixtures/torch/checkpoint.pt');
const compressed = readFileSync('test/fixtures/numpy/compressed.npz');
const numbers = (state: Record<string, { data: ArrayLike<number> }>) =>
  Object.entries(state).map(([key, { data }]) => [key, Array.from(data)]);

test('a checkpoint of PyTorch, compressed arrays of NumPy, and a model as ONNX', async () => {
  const { page, errors, close } = await openPage(`
    import { BatchNorm2D, Conv2D, Flatten, manualSeed, Sequential } from './dist/src/index.js';
    import { readNpz, writeNpz } from './dist/src/numpy/index.js';
    import { exportOnnx } from './dist/src/onnx/index.js';
    import { readTorch } from './dist/src/torch/index.js';
    const bytes = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
    const numbers = (state) => Object.entries(state).map(([key, { data }]) => [key, Array.from(data)]);
    window.run = async (checkpoint, compressed) => {
      const state = readTorch(bytes(checkpoint), { path: 'model' });
      manualSeed(1);
      const model = new Sequential(new Conv2D(1, 2, 3), new BatchNorm2D(2), new Flatten());
      return {
        state: numbers(state),
        arrays: numbers(await readNpz(bytes(compressed))),
        npz: Array.from(writeNpz(state)),
        onnx: Array.from(exportOnnx(model, { inputShape: [1, 6, 6] })),
      };
    };`);
  try {
    await page.waitForFunction('window.run');
    const [first, second] = [checkpoint, compressed].map((bytes) => bytes.toString('base64'));
    const result = await page.evaluate<Record<string, unknown>>(`window.run('${first}', '${second}')`);
    const state = readTorch(checkpoint, { path: 'model' });
    manualSeed(1);
    const model = new Sequential(new Conv2D(1, 2, 3), new BatchNorm2D(2), new Flatten());
    expect(result.state).toEqual(numbers(state));
    expect(result.arrays).toEqual(numbers(await readNpz(compressed)));
    expect(result.npz).toEqual([...writeNpz(state)]);
    expect(result.onnx).toEqual([...exportOnnx(model, { inputShape: [1, 6, 6] })]);
    expect(errors.filter((each) => !/favicon/.test(each))).toEqual([]);
  } finally {
    await close();
  }
});
