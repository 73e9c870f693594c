/**
 * A filter can be learned from examples alone.
 *
 *     npx tsx examples/02-learn-a-filter.ts
 *     npx tsx examples/02-learn-a-filter.ts --seed 7
 *
 * One 3x3 convolution starts with random numbers. It is shown random images and what the vertical-line detector makes
 * of them, never the detector itself. Backpropagation finds the detector. Then the same for Sobel x and the Laplacian.
 */
import { Command } from 'commander';
import { Conv2D, conv2d, Generator, mseLoss, randn, SGD, tensor } from '../src/index.js';
import { number, shortErrors } from './lib/arguments.js';

shortErrors();
const { seed } = new Command()
  .name('02-learn-a-filter')
  .description('Learns three known 3x3 filters from examples by backpropagation.')
  .option('--seed <n>', 'seed of the first weights and of the images', number(0, true), 0)
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ seed: number }>();

const TEACHERS = {
  'vertical line': [1, 0, -1, 1, 0, -1, 1, 0, -1],
  'Sobel x': [1, 0, -1, 2, 0, -2, 1, 0, -1],
  Laplacian: [0, -1, 0, -1, 4, -1, 0, -1, 0],
};
const CLOSE = 1e-3;
const generator = new Generator(seed);

for (const [name, values] of Object.entries(TEACHERS)) {
  const teacher = tensor(values, { shape: [1, 1, 3, 3] });

  // The learner: a convolution like any other, with random weights.
  const learner = new Conv2D(1, 1, 3, { bias: false, generator });
  const optimizer = new SGD(learner.parameters(), { lr: 0.1 });
  const furthest = () => Math.max(...values.map((value, i) => Math.abs(learner.weight.data[i] - value)));

  console.log(`\n${name}`);
  const report = (step: number) => {
    const rows = [0, 3, 6].map((i) => Array.from(learner.weight.data.slice(i, i + 3), (w) => w.toFixed(3).padStart(7)));
    const text = rows.map((row) => row.join(' ')).join('  |');
    console.log(`  step ${String(step).padStart(3)}  ${text}   largest error ${furthest().toPrecision(3)}`);
  };
  report(0);

  let step = 0;
  while (furthest() >= CLOSE && step < 1000) {
    // Sixteen images of noise, and what the teacher makes of them.
    const images = randn([16, 1, 12, 12], { generator });
    const expected = conv2d(images, teacher);

    // How far off is the learner, and which way is better? The loss says the first, its gradient the second.
    const loss = mseLoss(learner.forward(images), expected);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    step++;
    if (step % 10 === 0) report(step);
  }
  if (step % 10 !== 0) report(step);

  if (furthest() < CLOSE) console.log(`  learned in ${step} steps: no weight is off by ${CLOSE} or more`);
  else {
    console.log(`  NOT learned in ${step} steps`);
    process.exitCode = 1;
  }
}
