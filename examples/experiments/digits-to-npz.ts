/**
 * The digits of the examples as NumPy's .npz, for programs in Python: x and y to learn from, x_held_out and y_held_out.
 *
 *     npx tsx examples/experiments/digits-to-npz.ts runs/digits.npz
 */
import { loadMnist } from '../../datasets/index.js';
import { type Dataset, tensor } from '../../src/index.js';
import { saveFile } from '../../src/node/index.js';
import { writeNpz } from '../../src/numpy/index.js';

const [path = 'runs/digits.npz'] = process.argv.slice(2);
const images = (part: Dataset) => tensor(part.inputs, { shape: [part.length, 1, 28, 28] });
const labels = (part: Dataset) => tensor(Float32Array.from(part.labels));
const { train, heldOut } = await loadMnist({ seed: 0 });
const arrays = { x: images(train), y: labels(train), x_held_out: images(heldOut), y_held_out: labels(heldOut) };
await saveFile(path, writeNpz(arrays));
console.log(`written: ${path}`);
