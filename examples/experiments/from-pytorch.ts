/**
 * A network that was trained in PyTorch is opened, looked at, taught something new, and given back.
 *
 *     npx tsx examples/experiments/from-pytorch.ts
 *     npx tsx examples/experiments/from-pytorch.ts --quick --out runs/from-pytorch-quick
 *
 * The checkpoint beside this file, from-pytorch.pt, is what torch.save wrote (from-pytorch.py trained it). It knows upright digits. Here it
 * learns turned ones, too; then it goes back as ONNX, which other runtimes run, as safetensors and as .npz for PyTorch.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadMnist } from '../../datasets/index.js';
import {
  BatchNorm2D,
  Conv2D,
  Dense,
  evaluate,
  Flatten,
  fit,
  Generator,
  LinearLR,
  MaxPool2D,
  manualSeed,
  ReLU,
  Sequential,
  SGD,
  summary,
  weightHash,
} from '../../src/index.js';
import { nullDistribution } from '../../src/inspect/index.js';
import { progress, saveFile, saveModel } from '../../src/node/index.js';
import { writeNpz } from '../../src/numpy/index.js';
import { exportOnnx } from '../../src/onnx/index.js';
import { report, studyFilters, studyText } from '../../src/report/index.js';
import { readTorch, readTorchData } from '../../src/torch/index.js';
import { affine } from '../../src/transforms/index.js';
import { aboutDigits } from '../lib/about-digits.js';
import { choicesOf, percent } from '../lib/choices.js';

const { epochs, seed, quick, out, run } = await choicesOf(
  'from-pytorch',
  'Opens a network of PyTorch, inspects its filters, teaches it turned digits, and gives it back.',
  3,
);

// 1. The digits. Those that are held out here, PyTorch did not learn from: it got these 9,000, by digits-to-npz.ts.
const digits = await loadMnist({ seed: 0 });

// 2. What PyTorch saved: plain data, and the state dict in it. The layers have the names that they had there.
const bytes = await readFile('examples/experiments/from-pytorch.pt');
const checkpoint = readTorchData(bytes) as { epoch: number; accuracy: number };
const model = new Sequential({
  conv1: new Conv2D(1, 8, 5),
  norm1: new BatchNorm2D(8),
  relu1: new ReLU(),
  pool1: new MaxPool2D(2),
  conv2: new Conv2D(8, 16, 3),
  relu2: new ReLU(),
  pool2: new MaxPool2D(2),
  flatten: new Flatten(),
  fc: new Dense(400, 10),
});
model.loadStateDict(readTorch(bytes, { path: 'model' }));
console.log(`${summary(model, [1, 28, 28])}\n`);

const turn = affine({ degrees: 60 });
const turned = digits.heldOut.transformed(turn, new Generator(`turned ${seed}`));
const scores = () => ({
  upright: evaluate(model, digits.heldOut).accuracy,
  turned: evaluate(model, turned).accuracy,
});
const before = scores();
const said = percent(checkpoint.accuracy);
console.log(
  `upright digits, held out: ${percent(before.upright)}; PyTorch said ${said} after epoch ${checkpoint.epoch}`,
);
console.log(`turned by up to 60 degrees: ${percent(before.turned)}`);

// 3. Its filters, and whether they are more like edges than chance would make them.
const filters = model.at('conv1', Conv2D).weight;
const nulls = [nullDistribution('normal', 5), nullDistribution('colored', 5, { patches: digits.train })];
const study = studyFilters(filters.data, filters.shape, { nulls });
console.log(`\nthe filters of conv1, as PyTorch learned them\n${studyText(study)}`);
const page = await report({
  ...aboutDigits(digits.heldOut),
  model,
  data: { heldOut: digits.heldOut },
  study,
  nulls,
  title: 'The 8 filters of a network from PyTorch',
  command: 'npx tsx examples/experiments/from-pytorch.ts',
});

// 4. It learns on: the same digits, turned by another angle each time.
manualSeed(seed);
const train = quick ? digits.train.take(256) : digits.train;
const optimizer = new SGD(model.parameters(), { lr: 0.02, momentum: 0.9 });
const totalIters = epochs * Math.ceil(train.length / 64);
const scheduler = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters });
const history = await fit(model, train, {
  epochs,
  batchSize: 64,
  optimizer,
  scheduler,
  seed,
  transform: turn,
  callbacks: [progress()],
});
const after = scores();
console.log(`\nupright digits: ${percent(after.upright)}; turned: ${percent(after.turned)}`);

// 5. Given back.
const hash = weightHash(model);
await run.save('metrics.json', { checkpoint, before, after, study, weightHash: hash, history: history.epochs });
await saveFile(join(out, 'report.html'), page.html);
await saveModel(join(out, 'model.safetensors'), model, { weightHash: hash });
await saveFile(join(out, 'model.onnx'), exportOnnx(model, { inputShape: [1, 28, 28] }));
await saveFile(join(out, 'model.npz'), writeNpz(model.stateDict()));
console.log(`weight hash ${hash}, ${history.trainSeconds.toFixed(1)} s of training`);
console.log(`written to ${out}: report.html, model.onnx, model.safetensors, model.npz, metrics.json`);
