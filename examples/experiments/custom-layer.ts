/**
 * An operation, a layer and a training loop of your own.
 *
 *     npx tsx examples/experiments/custom-layer.ts                 (writes runs/custom-layer/filters.png)
 *     npx tsx examples/experiments/custom-layer.ts --seed 7 --out runs/custom-layer-7
 *
 * ReLU keeps what a filter finds where the result is positive: an edge from dark to bright, say. The same edge from bright
 * to dark is negative, and lost. The soft threshold keeps both, and drops what is small: a result within t of 0 becomes 0,
 * any other comes t nearer to 0. How large t should be is learned, for each filter. The library has no such layer. Here it is.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../../datasets/index.js';
import { gradcheck } from '../../src/autograd/gradcheck.js';
import {
  Conv2D,
  crossEntropy,
  DataLoader,
  Dense,
  evaluate,
  Flatten,
  Generator,
  Module,
  manualSeed,
  operation,
  Parameter,
  ReLU,
  randn,
  Sequential,
  SGD,
  summary,
  type Tensor,
  tensor,
  weightHash,
} from '../../src/index.js';
import { filterGrid } from '../../src/inspect/index.js';
import { savePng } from '../../src/node/index.js';
import { number, shortErrors } from '../lib/arguments.js';
import { openFolder } from '../lib/run-folder.js';

shortErrors();
const { seed, out, epochs } = new Command()
  .name('custom-layer')
  .description('Writes an operation, a layer and a training loop, checks the gradient, and learns digits with them.')
  .option('--seed <n>', 'seed of the weights, the split and the order of the images', number(0, true), 0)
  .option('--epochs <n>', 'how often every training image is seen', number(1, true), 2)
  .option('--out <dir>', 'folder for the picture', 'runs/custom-layer')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ seed: number; out: string; epochs: number }>();
const run = await openFolder(out, { example: 'custom-layer', epochs, seed });

// 1. The operation: what it computes, and beside it what the loss's gradient for the result, dy, says of its inputs.
//    The gradient is added, never set: a tensor that is used twice hears from both uses.

/** y = sign(x) max(|x| - t, 0), for x [N, C, H, W] and a threshold of at least 0 for each channel, t [C]. */
function softThreshold(x: Tensor, threshold: Tensor, gradientSign = Math.sign): Tensor {
  const [, channels, height, width] = x.shape;
  const size = height * width;
  const channelOf = (i: number) => Math.floor(i / size) % channels;
  return operation({
    name: 'softThreshold',
    inputs: [x, threshold],
    shape: x.shape,
    forward: (y) => {
      const [values, t, result] = [x.data, threshold.data, y.array];
      for (let i = 0; i < values.length; i++) {
        result[i] = Math.sign(values[i]) * Math.max(Math.abs(values[i]) - t[channelOf(i)], 0);
      }
    },
    // Where y is not 0 it follows x one to one, dy/dx = 1, and a higher threshold takes it nearer to 0, dy/dt = -sign(y).
    backward: (dy, [dx, dt], y) => {
      for (let i = 0; i < y.length; i++) {
        if (y.array[i] === 0) continue;
        if (dx) dx.array[i] += dy.array[i];
        if (dt) dt.array[channelOf(i)] -= gradientSign(y.array[i]) * dy.array[i];
      }
    },
  });
}

// 2. Is that gradient right? gradcheck moves each input a little, up and down, and looks what becomes of the result.
const generator = new Generator(seed);
const x = randn([2, 3, 4, 4], { generator, dtype: 'float64', requiresGrad: true });
const t = tensor([0.1, 0.3, 0.5], { dtype: 'float64', requiresGrad: true });
const right = gradcheck((a, b) => softThreshold(a, b), [x, t]);
console.log(`gradcheck of the gradient: ${right.message}`);

//    And would it notice a wrong one? Here is one, with a mistake that is easily made: as if all results were positive.
const wrong = gradcheck((a, b) => softThreshold(a, b, () => 1), [x, t]);
console.log(`gradcheck of a wrong one:  ${wrong.message}\n`);
if (!right.ok || wrong.ok) throw new Error('gradcheck should pass the first gradient and refuse the second');

// 3. The layer: a field that is a Parameter is found by `parameters()`, saved, loaded and counted without further ado.

/** A soft threshold for each channel, learned; below 0 it counts as 0. */
class SoftThreshold extends Module {
  readonly threshold: Parameter;

  constructor(readonly channels: number) {
    super();
    this.threshold = new Parameter(tensor(new Array(channels).fill(0.2)));
  }

  override forward(input: Tensor): Tensor {
    return softThreshold(input, this.threshold.relu());
  }

  override toString(): string {
    return `SoftThreshold(${this.channels})`;
  }
}

// 4. The loop. It is what `fit` does, without the rest.
const { train, heldOut } = await loadMnist({ seed });
function learn(activation: Module): Sequential {
  manualSeed(seed);
  const model = new Sequential({
    conv: new Conv2D(1, 8, 5, { stride: 2, bias: false }),
    activation,
    flatten: new Flatten(),
    dense: new Dense(8 * 12 * 12, 10),
  });
  // A threshold's gradient is a sum over the 144 places of each channel: it takes smaller steps.
  const thresholds = activation.parameters();
  const others = model.parameters().filter((parameter) => !thresholds.includes(parameter));
  const groups = [{ params: others }, ...(thresholds.length > 0 ? [{ params: thresholds, lr: 0.005 }] : [])];
  const optimizer = new SGD(groups, { lr: 0.05, momentum: 0.9 });
  const batches = new DataLoader(train, { batchSize: 64, shuffle: true, generator: new Generator(seed) });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    let sum = 0;
    for (const batch of batches) {
      const loss = crossEntropy(model.forward(batch.x), batch.y);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      sum += loss.item();
    }
    const mean = (sum / batches.length).toFixed(3);
    console.log(`  epoch ${epoch}  loss ${mean}  held out ${percent(model)}`);
  }
  return model;
}
function percent(model: Module): string {
  return `${(100 * evaluate(model, heldOut).accuracy).toFixed(1)}%`;
}

console.log('with ReLU');
learn(new ReLU());
console.log('with the soft threshold');
const soft = new SoftThreshold(8);
const model = learn(soft);

// 5. What came of it. The library's own tools know the new layer: the summary, the hash, the pictures.
console.log(`\n${summary(model, [1, 28, 28])}`);
const { weight } = model.at('conv', Conv2D);
const thresholds = Array.from(soft.threshold.data, (value) => value.toFixed(2));
console.log(
  '\nThe gradient is right, the layer learns, and it is no better than ReLU: that an idea works has to be measured.',
);
console.log(`learned thresholds ${thresholds.join(' ')} (from 0.20)`);
console.log(`weight hash ${weightHash(model)} (the same seed and settings give the same hash)`);
await run.save('metrics.json', { thresholds: [...soft.threshold.data], weightHash: weightHash(model) });
const path = join(out, 'filters.png');
const title = `Eight filters before a soft threshold, seed ${seed}, and what each learned to drop`;
await savePng(
  path,
  filterGrid(weight.data, weight.shape, { labels: thresholds.map((value) => `t = ${value}`), title }),
);
console.log(`written: ${path}`);
