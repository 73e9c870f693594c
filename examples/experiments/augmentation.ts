/**
 * One digit, changed in six ways at random, each seven times: what a network sees that is trained with a `transform`.
 *
 *     npx tsx examples/experiments/augmentation.ts            (writes runs/augmentation/augmentation.png)
 *
 * A slanted or a moved 3 is still a 3. A network that sees the same 3 a little different in each epoch cannot learn its
 * pixels by heart:
 *
 *     await fit(model, train, { optimizer, transform: affine({ degrees: 10, translate: [0.1, 0.1] }) });
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../../datasets/index.js';
import { type Dataset, Generator, type Transform } from '../../src/index.js';
import { panelGrid } from '../../src/inspect/index.js';
import { savePng } from '../../src/node/index.js';
import { affine, elastic, erase, shift } from '../../src/transforms/index.js';
import { shortErrors } from '../lib/arguments.js';
import { openFolder } from '../lib/run-folder.js';

const COPIES = 7;

shortErrors();
const { out, seed } = new Command()
  .option('--out <folder>', 'where the picture goes', 'runs/augmentation')
  .option('--seed <text>', 'seed of what is drawn', '0')
  .parse()
  .opts<{ out: string; seed: string }>();
const run = await openFolder(out, { example: 'augmentation', seed });

const { train } = await loadMnist();
const three = train.subset(new Array(COPIES).fill(train.labels.indexOf(3)));
const generator = new Generator(seed);

const ways: [name: string, transform: Transform][] = [
  ['shift(3)', shift(3)],
  ['affine\ndegrees 25', affine({ degrees: 25 })],
  ['affine\nscale 0.7 to 1.3', affine({ scale: [0.7, 1.3] })],
  ['affine\nshear 30', affine({ shear: 30 })],
  ['elastic\nalpha 34, sigma 4', elastic({ alpha: 34, sigma: 4 })],
  ['erase', erase({ probability: 1 })],
];
const panels = (data: Dataset) =>
  Array.from({ length: data.length }, (_, i) => ({
    values: data.input(i),
    height: 28,
    width: 28,
    colors: 'ink' as const,
  }));
await run.save('metrics.json', { ways: ways.map(([name]) => name) });
const path = join(out, 'augmentation.png');
await savePng(
  path,
  panelGrid([
    { label: 'as it is', panels: panels(three.take(1)) },
    ...ways.map(([label, transform]) => ({ label, panels: panels(three.transformed(transform, generator)) })),
  ]),
);
console.log(`written: ${path}`);
