/**
 * How long a fresh process takes to import convgrad, and to end its first training step, beside an empty process and
 * the imports of the peers.
 *
 *     npm run bench:startup
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { describeMachine, PYTHON, saveResults } from './lib/machine.js';
import { builtConvgrad } from './lib/ours.js';
import { median, show } from './lib/statistics.js';
import { table } from './lib/table.js';

const options = new Command()
  .name('bench:startup')
  .option('--repeats <n>', 'processes of each kind', Number, 10)
  .option('--dist <file>', 'the built index.js to import')
  .allowExcessArguments(false)
  .parse()
  .opts<{ repeats: number; dist?: string }>();

const convgrad = JSON.stringify(pathToFileURL(options.dist ?? builtConvgrad()).href);
const FIRST_STEP = `
  import { Conv2D, crossEntropy, Dense, Flatten, MaxPool2D, ReLU, Sequential, SGD, uniform } from ${convgrad};
  const model = new Sequential(
    new Conv2D(1, 8, 5), new MaxPool2D(2), new ReLU(), new Conv2D(8, 16, 3), new MaxPool2D(2), new ReLU(),
    new Flatten(), new Dense(400, 10),
  );
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  crossEntropy(model.forward(uniform([32, 1, 28, 28])), Array.from({ length: 32 }, (_, i) => i % 10)).backward();
  optimizer.step();`;

const node = (code: string): string[] => [process.execPath, '--input-type=module', '--eval', code];
const EMPTY = 'node, nothing';
const EMPTY_PYTHON = 'python, nothing';
const KINDS: Record<string, string[]> = {
  [EMPTY]: node(''),
  'import convgrad': node(`import ${convgrad}`),
  'convgrad, Net E: one training step': node(FIRST_STEP),
  'import convnetjs': node(`import 'convnetjs'`),
  'import @jax-js/jax': node(`import '@jax-js/jax'`),
  'import @tensorflow/tfjs': node(`import '@tensorflow/tfjs'`),
  [EMPTY_PYTHON]: [PYTHON, '-c', ''],
  'import torch': [PYTHON, '-c', 'import torch'],
};

const machine = describeMachine();
const cwd = fileURLToPath(new URL('.', import.meta.url));
const times: Record<string, number[]> = {};
// The first round fills the disk's cache and does not count.
for (let repeat = -1; repeat < options.repeats; repeat++) {
  for (const [kind, [command, ...args]] of Object.entries(KINDS)) {
    const start = performance.now();
    const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
    const elapsed = performance.now() - start;
    times[kind] ??= [];
    if (status === 0 && repeat >= 0) times[kind].push(elapsed);
    else if (status !== 0 && repeat < 0)
      console.error(`${kind} cannot: ${stderr.match(/^\w*Error.*$/m)?.[0] ?? stderr}`);
  }
}
const able = Object.entries(times).filter(([, values]) => values.length > 0);
const results = able.map(([kind, values]) => {
  const middle = median(values);
  const empty = KINDS[kind][0] === PYTHON ? EMPTY_PYTHON : EMPTY;
  return { kind, median: middle, best: Math.min(...values), beyondEmpty: middle - median(times[empty]), values };
});
const rows = results.map(({ kind, median, best, beyondEmpty }) => [kind, show(median), show(best), show(beyondEmpty)]);
console.log(table(['milliseconds of a process', 'median', 'best', 'beyond an empty one'], rows));
console.log(`written to ${saveResults('startup', { machine, results })}`);
