/**
 * How fast the playground trains beside Node, and how smoothly it moves meanwhile: the same network, the same digits, the
 * same weights at each step, in turns. The page is the built one (npm run playground:build), on a plain static host and so
 * on one thread; Node has one thread, too.
 *
 *     npm run bench:playground
 */
import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { openPlayground, settled } from '../test/browser/playground-page.js';
import { describeMachine, ROOT, saveResults } from './lib/machine.js';
import { median, quantile, show } from './lib/statistics.js';
import { table } from './lib/table.js';

const { turns } = new Command()
  .name('bench:playground')
  .option('--turns <n>', 'trainings of each kind', Number, 5)
  .allowExcessArguments(false)
  .parse()
  .opts<{ turns: number }>();
process.chdir(ROOT);

/** A training in a process of its own; prints images a second. */
const IN_NODE = `
  import { loadMnist } from './datasets/index.js';
  import { network, SETTINGS, train } from './examples/lib/recipe.js';
  import { manualSeed, setThreads } from './src/index.js';
  await setThreads(1);
  const digits = await loadMnist({ seed: 0 });
  manualSeed(0);
  console.log((await train(network(), digits, SETTINGS)).imagesPerSecond);`;

/** A training in the page that is seen: milliseconds from frame to frame until it ends, and to the first change of a filter. */
const IN_PAGE = `(async () => {
  const filter = document.querySelector('.filter-grid .now canvas');
  const before = filter.toDataURL();
  const frames = [];
  let changed = 0;
  let last = performance.now();
  const begin = last;
  document.querySelector('.bar button.primary').click();
  while (!document.querySelector('[data-testid=hash]')) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    frames.push(now - last);
    last = now;
    if (!changed && filter.toDataURL() !== before) changed = now - begin;
  }
  return { frames, changed };
})()`;

const machine = describeMachine();
const playground = await openPlayground();
const runs: { page: number; node: number; fps: number; slowest: number; changed: number }[] = [];
for (let turn = 0; turn < turns; turn++) {
  const { page, close } = await playground.visit();
  await settled(page); // The cores are the training's alone.
  const { frames, changed } = (await page.evaluate(IN_PAGE)) as { frames: number[]; changed: number };
  const took = (await page.locator('.hash .note').first().textContent()) ?? '';
  await close();
  runs.push({
    page: Number(took.match(/([\d,]+) images/)?.[1].replace(',', '')),
    node: Number(execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', IN_NODE])),
    fps: (1000 * frames.length) / frames.reduce((sum, frame) => sum + frame, 0),
    slowest: quantile(frames, 0.99),
    changed,
  });
}
await playground.close();

const row = (name: string, values: number[]) => [name, show(median(values)), values.map(show).join(', ')];
const of = (key: keyof (typeof runs)[0]) => runs.map((run) => run[key]);
console.log(
  table(
    ['one thread, the default settings', 'median', 'each'],
    [
      row('images a second, in the page', of('page')),
      row('images a second, in Node', of('node')),
      row(
        'page / Node',
        runs.map((run) => run.page / run.node),
      ),
      row('frames a second in training', of('fps')),
      row('99th percentile of a frame, ms', of('slowest')),
      row('first change of a filter, ms', of('changed')),
    ],
  ),
);
console.log(`written to ${saveResults('playground', { machine, runs })}`);
process.exit(0);
