/**
 * Which pixels are discs? A small U-Net marks them, among squares and triangles of the same area and brightness.
 *
 *     npx tsx examples/experiments/segment-shapes.ts
 *     npx tsx examples/experiments/segment-shapes.ts --quick --out runs/segment-quick
 *
 * The target is an image: a mask, 1 where a disc is. The network makes the image smaller to see shapes whole, and larger again
 * to say where they are; skip connections bring the exact borders, which the small images have lost.
 */
import { join } from 'node:path';
import {
  AdamW,
  BatchNorm2D,
  bceWithLogits,
  Conv2D,
  CosineAnnealingLR,
  cat,
  evaluate,
  fit,
  Generator,
  iou,
  MaxPool2D,
  Module,
  manualSeed,
  predict,
  ReLU,
  Sequential,
  sigmoid,
  summary,
  type Tensor,
  tensor,
  Upsample,
  weightHash,
} from '../../src/index.js';
import { panelGrid } from '../../src/inspect/index.js';
import { progress, saveModel, savePng } from '../../src/node/index.js';
import { choicesOf, percent } from '../lib/choices.js';
import { inkPanels, scenes } from '../lib/drawn.js';

const SIZE = 24;
const { epochs, seed, quick, out, run } = await choicesOf('segment-shapes', 'Marks the discs among drawn shapes.', 12);

// 1. Images of three shapes that may cover each other, on a background that gets brighter to one side, with noise; and for each
//    the mask of what can be seen of the discs.
const generator = new Generator(`scenes ${seed}`);
const [train, test] = [scenes(quick ? 40 : 600, SIZE, generator), scenes(quick ? 20 : 200, SIZE, generator)];

// 2. The network: a Module with a forward of its own, as what goes down is needed again on the way up.
const twoConvolutions = (from: number, to: number) =>
  new Sequential(
    new Conv2D(from, to, 3, { padding: 1, bias: false }),
    new BatchNorm2D(to),
    new ReLU(),
    new Conv2D(to, to, 3, { padding: 1, bias: false }),
    new BatchNorm2D(to),
    new ReLU(),
  );
class UNet extends Module {
  readonly pool = new MaxPool2D(2);
  readonly upsample = new Upsample({ scale: 2, mode: 'bilinear' });
  readonly down1 = twoConvolutions(1, 8);
  readonly down2 = twoConvolutions(8, 16);
  readonly bottom = twoConvolutions(16, 32);
  readonly up2 = twoConvolutions(32 + 16, 16);
  readonly up1 = twoConvolutions(16 + 8, 8);
  readonly head = new Conv2D(8, 1, 1);
  override forward(x: Tensor): Tensor {
    const fine = this.down1.forward(x); //  [8, 24, 24]
    const middle = this.down2.forward(this.pool.forward(fine)); //  [16, 12, 12]
    const coarse = this.bottom.forward(this.pool.forward(middle)); //  [32, 6, 6]
    const up = this.up2.forward(cat([this.upsample.forward(coarse), middle], 1));
    return this.head.forward(this.up1.forward(cat([this.upsample.forward(up), fine], 1)));
  }
}
manualSeed(seed);
const model = new UNet();
console.log(`${summary(model, [1, SIZE, SIZE])}\n`);

// 3. Training: one yes or no a pixel, measured by the intersection over union of all discs.
const optimizer = new AdamW(model.parameters(), { lr: 0.005 });
const batchSize = 20;
const scheduler = new CosineAnnealingLR(optimizer, { tMax: (epochs * train.length) / batchSize });
const measure = { loss: bceWithLogits, metrics: { iou: iou() } };
await fit(model, train, { ...measure, optimizer, scheduler, epochs, batchSize, seed, callbacks: [progress()] });

// 4. On images that it never saw; beside it, what marking every shape would come to.
const { metrics } = evaluate(model, test, measure);
const shape = [test.length, 1, SIZE, SIZE];
const bright = iou({ threshold: 0.45 });
bright.update(tensor(test.inputs, { shape }), tensor(test.targets, { shape }));
const hash = weightHash(model);
console.log(`\nintersection over union on ${test.length} images that it never saw: ${percent(metrics.iou)}`);
console.log(`of all that is bright, whatever its shape: ${percent(bright.result())}`);
console.log(`weight hash ${hash} (the same seed and settings give the same hash)`);
await run.save('metrics.json', { iou: metrics.iou, brightIou: bright.result(), weightHash: hash });
await saveModel(join(out, 'model.safetensors'), model);

// 5. A picture of ten of them.
const picture = panelGrid(
  [
    { label: 'an image that\nit never saw', panels: inkPanels(test.inputs, SIZE, 10) },
    { label: 'the discs in it', panels: inkPanels(test.targets, SIZE, 10) },
    { label: 'its answer', panels: inkPanels(sigmoid(predict(model, test.take(10))).data, SIZE, 10) },
  ],
  { title: `A small U-Net marks discs: intersection over union ${percent(metrics.iou)}, seed ${seed}`, panelSize: 96 },
);
await savePng(join(out, 'segments.png'), picture);
console.log(`written to ${out}: segments.png, model.safetensors, metrics.json`);
