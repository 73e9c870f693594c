/**
 * How fast the playground trains beside Node, and how smoothly it moves meanwhile: the same network, the same digits, the
 * same weights at each step, in turns. The page is the built one (npm run playground:build), on a plain static host and so
 * on one thread; Node has one thread, too. Beside the speed stand processor seconds, which a busy machine changes little.
 *
 *     npm run bench:playground          about two minutes
 */
import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import type { Page } from 'playwright-core';
import { openPlayground, settled } from '../test/browser/playground-page.js';
import { rendererMemory } from '../test/browser/renderer-memory.js';
import { describeMachine, ROOT, saveResults } from './lib/machine.js';
import { median, quantile, show } from './lib/statistics.js';
import { table } from './lib/table.js';
import { between, threadTimes } from './lib/threads.js';

const { turns } = new Command()
  .name('bench:playground')
  .option('--turns <n>', 'trainings of each kind', Number, 5)
  .allowExcessArguments(false)
  .parse()
  .opts<{ turns: number }>();
process.chdir(ROOT);

/** A training in a process of its own; prints images a second, and the processor seconds of the training. */
const IN_NODE = `
  import { loadMnist } from './datasets/index.js';
  import { network, SETTINGS, train } from './examples/lib/recipe.js';
  import { manualSeed, setThreads } from './src/index.js';
  await setThreads(1);
  const digits = await loadMnist({ seed: 0 });
  manualSeed(0);
  const begin = process.cpuUsage();
  const { imagesPerSecond } = await train(network(), digits, SETTINGS);
  const { user, system } = process.cpuUsage(begin);
  console.log(JSON.stringify({ speed: imagesPerSecond, seconds: (user + system) / 1e6 }));`;

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

async function trainInPage(page: Page) {
  const opened = (await page.evaluate('performance.now()')) as number;
  await page.waitForTimeout(1000); // What the opening has left to do is not the training's.
  const processes = await processesOf(page);
  const before = threadTimes(processes);
  const { frames, changed } = (await page.evaluate(IN_PAGE)) as { frames: number[]; changed: number };
  const [trainer, ...others] = between(before, threadTimes(processes));
  const took = (await page.locator('.hash .note').first().textContent()) ?? '';
  return {
    opened,
    page: Number(took.match(/([\d,]+) images/)?.[1].replace(',', '')),
    trainer: trainer.seconds,
    beside: others.reduce((sum, { seconds }) => sum + seconds, 0),
    fps: (1000 * frames.length) / frames.reduce((sum, frame) => sum + frame, 0),
    slowest: quantile(frames, 0.99),
    changed,
    memory: await rendererMemory(page),
  };
}

/** Of the pages, and of what draws them. */
async function processesOf(page: Page): Promise<number[]> {
  const session = await page.context().browser()!.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer' || type === 'GPU').map(({ id }) => id);
}

const machine = describeMachine();
const playground = await openPlayground();
const runs: (Awaited<ReturnType<typeof trainInPage>> & { node: number; nodeSeconds: number })[] = [];
for (let turn = 0; turn < turns; turn++) {
  const { page, close } = await playground.visit();
  await settled(page);
  const inPage = await trainInPage(page);
  await close();
  const said = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', IN_NODE]);
  const { speed: node, seconds: nodeSeconds } = JSON.parse(String(said)) as { speed: number; seconds: number };
  runs.push({ ...inPage, node, nodeSeconds });
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
      row('processor seconds of the page’s trainer', of('trainer')),
      row('processor seconds of Node', of('nodeSeconds')),
      row('processor seconds of all else in the page', of('beside')),
      row('frames a second in training', of('fps')),
      row('99th percentile of a frame, ms', of('slowest')),
      row('first change of a filter, ms', of('changed')),
      row('accuracy and statistic after opening, ms', of('opened')),
      row(
        'memory of the page’s process, MB',
        of('memory').map((bytes) => bytes / 1e6),
      ),
    ],
  ),
);
console.log(`written to ${saveResults('playground', { machine, runs })}`);
process.exit(0);
