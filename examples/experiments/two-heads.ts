/**
 * One network, two answers: what is in the image, a class, and where it is, two numbers.
 *
 *     npx tsx examples/experiments/two-heads.ts
 *     npx tsx examples/experiments/two-heads.ts --quick --out runs/two-heads-quick
 *
 * Both heads stand on the same convolutions. The loss is the sum of two losses, and two metrics say how good each answer is:
 * all in one call of fit.
 */
import { join } from 'node:path';
import {
  AdamW,
  Conv2D,
  CosineAnnealingLR,
  crossEntropy,
  Dataset,
  Dense,
  evaluate,
  Flatten,
  fit,
  Generator,
  huberLoss,
  MaxPool2D,
  Module,
  manualSeed,
  norm,
  predict,
  ReLU,
  Sequential,
  split,
  summary,
  type Tensor,
  weightHash,
} from '../../src/index.js';
import { type Panel, panelGrid } from '../../src/inspect/index.js';
import { progress, saveModel, savePng } from '../../src/node/index.js';
import { choicesOf, percent } from '../lib/choices.js';
import { coverage, drawOne, KINDS } from '../lib/drawn.js';

const SIZE = 24;
const HALF = SIZE / 2;
const { epochs, seed, quick, out, run } = await choicesOf('two-heads', 'Learns what a shape is and where it is.', 15);

// 1. Noisy images of one shape each. The targets are three numbers: the class, and the center, from -1 to 1.
function examples(count: number, generator: Generator): Dataset<Tensor> {
  const shapes = Array.from({ length: count }, (_, i) => drawOne(generator, i % 3, SIZE, [4, 7]));
  const images = shapes.flatMap((shape) => {
    const brightness = generator.uniform(0.4, 1);
    return Array.from({ length: SIZE * SIZE }, (_, p) => {
      return brightness * coverage(shape, p % SIZE, Math.floor(p / SIZE)) + 0.05 * generator.normal();
    });
  });
  const targets = shapes.flatMap(({ kind, x, y }) => [kind, x / HALF - 1, y / HALF - 1]);
  return new Dataset(images, [1, SIZE, SIZE], targets, { targetShape: [3] });
}
const generator = new Generator(`shapes ${seed}`);
const [train, test] = [examples(quick ? 60 : 1500, generator), examples(quick ? 30 : 300, generator)];

// 2. The network. Its forward gives both answers, as a list.
class TwoHeads extends Module<[Tensor], [Tensor, Tensor]> {
  readonly body = new Sequential({
    conv1: new Conv2D(1, 8, 5),
    pool1: new MaxPool2D(2),
    relu1: new ReLU(),
    conv2: new Conv2D(8, 16, 3),
    pool2: new MaxPool2D(2),
    relu2: new ReLU(),
    flatten: new Flatten(),
    dense: new Dense(16 * 4 * 4, 32),
    relu3: new ReLU(),
  });
  readonly kind = new Dense(32, KINDS.length);
  readonly center = new Dense(32, 2);
  override forward(x: Tensor): [Tensor, Tensor] {
    const features = this.body.forward(x);
    return [this.kind.forward(features), this.center.forward(features)];
  }
}
manualSeed(seed);
const model = new TwoHeads();
console.log(`${summary(model, [1, SIZE, SIZE])}\n`);

// 3. Two losses, two metrics, one fit. The center's loss counts tenfold: it is that much smaller.
type Answers = [kind: Tensor, center: Tensor];
const wanted = (targets: Tensor) => {
  const [kind, center] = split(targets, [1, 2], 1);
  return { kind: kind.squeeze(1), center };
};
const pixelsOff = (center: Tensor, targets: Tensor) => norm(center.sub(wanted(targets).center), { axis: 1 }).mul(HALF);
const measure = {
  loss: ([kind, center]: Answers, targets: Tensor) =>
    crossEntropy(kind, wanted(targets).kind).add(huberLoss(center, wanted(targets).center).mul(10)),
  metrics: {
    named: ([kind]: Answers, targets: Tensor) => kind.argmax({ axis: 1 }).eq(wanted(targets).kind).mean().item(),
    pixelsOff: ([, center]: Answers, targets: Tensor) => pixelsOff(center, targets).mean().item(),
  },
};
const optimizer = new AdamW(model.parameters(), { lr: 0.003 });
const batchSize = 30;
const scheduler = new CosineAnnealingLR(optimizer, { tMax: (epochs * train.length) / batchSize });
await fit(model, train, { ...measure, optimizer, scheduler, epochs, batchSize, seed, callbacks: [progress()] });

// 4. What it says of images that it never saw.
const { metrics } = evaluate(model, test, measure);
const hash = weightHash(model);
console.log(`\n${percent(metrics.named)} of ${test.length} new shapes named rightly`);
console.log(`their centers are ${metrics.pixelsOff.toFixed(2)} pixels off, in the mean`);
console.log(`weight hash ${hash} (the same seed and settings give the same hash)`);
await run.save('metrics.json', { ...metrics, weightHash: hash });
await saveModel(join(out, 'model.safetensors'), model);

// 5. A picture of nine of them: a blue cross where the center is, a red square where the network says it is.
const [BLUE, RED] = [
  [0.1, 0.35, 0.9],
  [0.9, 0.1, 0.1],
];
const [kinds, centers] = predict(model, test.take(9));
const panels = Array.from(kinds.argmax({ axis: 1 }).data, (kind, i): Panel => {
  const width = 3 * SIZE; // Three squares of the picture are one pixel of the image, as marks are finer than pixels.
  const [is, x, y] = test.targets.subarray(3 * i);
  const away = (center: number[], p: number) => {
    const [right, below] = center.map((at) => Math.floor(((at + 1) / 2) * width));
    return [Math.abs((p % width) - right), Math.abs(Math.floor(p / width) - below)];
  };
  const colors = Array.from({ length: width * width }, (_, p) => {
    const [across, down] = away([x, y], p);
    if (Math.max(...away([...centers.data.slice(2 * i, 2 * i + 2)], p)) <= 1) return RED;
    if (across * down === 0 && across + down <= 5) return BLUE;
    const gray = 1 - test.input(i)[Math.floor(p / width / 3) * SIZE + Math.floor((p % width) / 3)];
    return [gray, gray, gray];
  });
  const label = `${KINDS[kind]}${kind === is ? '' : `\n(it is a ${KINDS[is]})`}`;
  return {
    values: [0, 1, 2].flatMap((c) => colors.map((color) => color[c])),
    height: width,
    width,
    colors: 'image',
    label,
  };
});
const title = `New images, seed ${seed}: what the network takes each for, and (red) where it says the center is; blue: where it is`;
await savePng(join(out, 'answers.png'), panelGrid([{ label: '', panels }], { title, panelSize: 144 }));
console.log(`written to ${out}: answers.png, model.safetensors, metrics.json`);
