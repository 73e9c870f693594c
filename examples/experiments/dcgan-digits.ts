/**
 * Two networks against each other: a generator draws digits from random numbers, a discriminator tells them from real ones.
 *
 *     npx tsx examples/experiments/dcgan-digits.ts            (--quick for a look at how it runs)
 *
 * Nobody shows the generator a digit. It learns by the discriminator's gradient alone: which pixels would have made its
 * drawing more like a real one. A `step` with two optimizers, in `fit`. After https://arxiv.org/abs/1511.06434.
 */
import { join } from 'node:path';
import { loadMnist } from '../../datasets/index.js';
import {
  Adam,
  BatchNorm2D,
  bceWithLogits,
  type Callback,
  Conv2D,
  ConvTranspose2D,
  Dense,
  Flatten,
  fit,
  Generator,
  LeakyReLU,
  Module,
  manualSeed,
  ones,
  predict,
  ReLU,
  Reshape,
  randn,
  Sequential,
  Sigmoid,
  summary,
  type Tensor,
  weightHash,
  zeros,
} from '../../src/index.js';
import { type PanelRow, panelGrid } from '../../src/inspect/index.js';
import { progress, saveModel, savePng } from '../../src/node/index.js';
import { choicesOf } from '../lib/choices.js';
import { inkPanels } from '../lib/drawn.js';
import { firstFilters } from '../lib/first-filters.js';
import { judge } from '../lib/judge.js';

const NOISE = 32;
const { epochs, seed, quick, out, run } = await choicesOf('dcgan-digits', 'Learns to draw digits.', 8);
const { train: all, heldOut } = await loadMnist({ seed });
const train = all.take(quick ? 200 : all.length);

// 1. The two networks. What goes in at the generator is noise; what comes out has the shape and the range of a digit.
class DCGAN extends Module {
  readonly generator = new Sequential({
    open: new Dense(NOISE, 32 * 7 * 7, { bias: false }),
    image: new Reshape([32, 7, 7]),
    norm1: new BatchNorm2D(32),
    relu1: new ReLU(),
    grow1: new ConvTranspose2D(32, 16, 4, { stride: 2, padding: 1, bias: false }), //  to [16, 14, 14]
    norm2: new BatchNorm2D(16),
    relu2: new ReLU(),
    grow2: new ConvTranspose2D(16, 1, 4, { stride: 2, padding: 1 }), //  to [1, 28, 28]
    ink: new Sigmoid(),
  });
  readonly discriminator = new Sequential({
    conv1: new Conv2D(1, 12, 5, { stride: 2, padding: 2, bias: false }), //  [1, 28, 28] to [12, 14, 14]
    relu1: new LeakyReLU(0.2),
    conv2: new Conv2D(12, 24, 4, { stride: 2, padding: 1, bias: false }), //  to [24, 7, 7]
    norm2: new BatchNorm2D(24),
    relu2: new LeakyReLU(0.2),
    flatten: new Flatten(),
    real: new Dense(24 * 7 * 7, 1),
  });
  override forward(noise: Tensor): Tensor {
    return this.generator.forward(noise);
  }
}
manualSeed(seed);
const model = new DCGAN();
const { generator, discriminator } = model;
console.log(`${summary(generator, [NOISE])}\n\n${summary(discriminator, [1, 28, 28])}\n`);
const { weight } = discriminator.at('conv1', Conv2D);
const before = weight.data.slice();

// 2. A step: the discriminator learns from real digits and drawn ones, then the generator from the discriminator.
const adam = (part: Module) => new Adam(part.parameters(), { lr: 1e-3, betas: [0.5, 0.999] });
const optimizer = { generator: adam(generator), discriminator: adam(discriminator) };
function step({ x }: { x: Tensor }) {
  const [yes, no] = [ones([x.shape[0], 1]), zeros([x.shape[0], 1])];
  const drawn = model.forward(randn([x.shape[0], NOISE]));
  const real = bceWithLogits(discriminator.forward(x), yes);
  const seen = real.add(bceWithLogits(discriminator.forward(drawn.detach()), no));
  optimizer.discriminator.zeroGrad();
  seen.backward();
  optimizer.discriminator.step();
  const fooled = bceWithLogits(discriminator.forward(drawn), yes);
  optimizer.generator.zeroGrad();
  fooled.backward();
  optimizer.generator.step();
  return { discriminator: seen.item(), generator: fooled.item() };
}

// 3. Training. After each epoch the generator draws from the same noise, for the picture.
const noise = randn([12, NOISE], { generator: new Generator('picture') });
const rows: PanelRow[] = [];
const draw = (label: string) => rows.push({ label, panels: inkPanels(predict(model, noise).data, 28, 12) });
draw('before');
const drawEach: Callback = { onEpochEnd: (_, { epoch }) => void draw(`epoch ${epoch}`) };
await fit(model, train, { optimizer, step, epochs, batchSize: 50, seed, callbacks: [progress(), drawEach] });

// 4. Are they digits? A network that names digits is asked how sure it is of each, and which it sees how often.
const drawn = predict(model, randn([1000, NOISE], { generator: new Generator(`judged ${seed}`) }));
const said = await judge(drawn, { train, heldOut }, seed);
// 5. What the discriminator's first filters became, and what is kept.
const title = `The discriminator's first filters before and after training, seed ${seed}`;
const study = await firstFilters(join(out, 'filters.png'), title, weight, before, train);
const hash = weightHash(model);
console.log(`weight hash ${hash} (the same seed and settings give the same hash)`);
await run.save('metrics.json', { ...said, weightHash: hash, study });
await saveModel(join(out, 'model.safetensors'), model);
await savePng(join(out, 'digits.png'), panelGrid(rows, { title: `From the same noise, seed ${seed}`, panelSize: 56 }));
console.log(`written to ${out}: digits.png, filters.png, model.safetensors, metrics.json`);
