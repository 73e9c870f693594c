import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNetwork } from '../examples/lib/saved-network.js';
import { ConvgradError, noGrad, type StateDict, tensor } from '../src/index.js';
import { readSafetensors, writeSafetensors } from '../src/io/index.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder('saved-network');
const pytorch = 'test/fixtures/pytorch.safetensors';

test('a model that PyTorch trained gives the logits that it gave there', async () => {
  const { model, metadata } = await readNetwork(pytorch);
  const image = tensor(
    Float32Array.from({ length: 784 }, (_, i) => (i % 7) / 7),
    { shape: [1, 1, 28, 28] },
  );
  const ours = noGrad(() => model.forward(image)).data;
  JSON.parse(metadata.logits).forEach((value: number, i: number) => {
    expect(ours[i]).toBeCloseTo(value, 4);
  });
});

const broken = (change: (tensors: StateDict) => StateDict) =>
  writeSafetensors(change({ ...readSafetensors(readFileSync(pytorch)).tensors }));
test.each<[string, () => Uint8Array, RegExp]>([
  ['a file cut off', () => readFileSync(pytorch).subarray(0, 5000), /describes \d+ bytes of numbers, the file has \d+/],
  ['a picture', () => readFileSync('examples/images/filters.png'), /the header says that it has \d+ bytes/],
  ['no tensors', () => broken(() => ({})), /expected the keys conv1\.weight, .* got none/],
  [
    "a model of one's own",
    () => broken((t) => ({ '0.weight': t['conv1.weight'] })),
    /expected the keys .*, got 0\.weight/,
  ],
  ['a key too many', () => broken((t) => ({ ...t, extra: tensor([1]) })), /expected the keys .*dense\.bias, extra/],
  [
    'a dense layer missing',
    () => broken(({ 'dense.weight': _, ...t }) => t),
    /expected the keys .*, got conv1\.weight/,
  ],
  [
    'filters of color images',
    () => broken((t) => ({ ...t, 'conv1.weight': tensor(new Float32Array(600), { shape: [8, 3, 5, 5] }) })),
    /expected conv1\.weight \[filters, 1, k, k\], got \[8, 3, 5, 5\]/,
  ],
  [
    'filters too large',
    () => broken((t) => ({ ...t, 'conv1.weight': tensor(new Float32Array(8 * 169), { shape: [8, 1, 13, 13] }) })),
    /expected conv1 of 3x3 to 11x11, got 13x13/,
  ],
  [
    'a dense layer for other padding',
    () => broken((t) => ({ ...t, 'dense.weight': tensor(new Float32Array(7840), { shape: [10, 784] }) })),
    /expected dense\.weight \[10, 400\], .*, got \[10, 784\]/,
  ],
  [
    'a bias of another size',
    () => broken((t) => ({ ...t, 'conv2.bias': tensor([1, 2]) })),
    /expected shape \[16\] for conv2\.bias, got \[2\]/,
  ],
  [
    'a weight that is no number',
    () => broken((t) => ({ ...t, 'dense.bias': tensor(new Array(10).fill(Number.NaN)) })),
    /finite numbers in dense\.bias, got NaN/,
  ],
])('%s is refused with the file, what was expected and what is there', async (name, content, message) => {
  const path = join(folder, `${name.replace(/\W/g, '-')}.safetensors`);
  writeFileSync(path, content());
  const attempt = readNetwork(path);
  await expect(attempt).rejects.toThrow(ConvgradError);
  await expect(attempt).rejects.toThrow(message);
  await expect(attempt).rejects.toThrow(`'${path}'`);
});
