/**
 * How much memory is held while the sizes of a training change, against what is alive at once. Each pattern runs in a process
 * of its own. The kernels compute nothing: what is allocated and freed does not depend on the numbers.
 *
 *     npm run bench:memory
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeMachine, saveResults } from './lib/machine.js';
import { computeNothing, type Held, PATTERNS, train } from './lib/patterns.js';

const MB = 2 ** 20;
const [, , name] = process.argv;

if (name) {
  computeNothing();
  const convgrad = await import('../src/index.js');
  const { installed } = await import('../src/autograd/backend.js');
  console.log(JSON.stringify(train(convgrad, installed()!, PATTERNS[name])));
} else {
  const rows: Record<string, object> = {};
  const results: Record<string, Held> = {};
  for (const [key, { title }] of Object.entries(PATTERNS)) {
    const begin = performance.now();
    const program = [...process.execArgv, fileURLToPath(import.meta.url), key];
    const held: Held = JSON.parse(execFileSync(process.execPath, program, { encoding: 'utf8' }));
    const bound = 1.5 * held.live + 64 * MB;
    if (held.memory > bound) process.exitCode = 1;
    rows[`${key}: ${title}`] = {
      'alive, MB': Math.round(held.live / MB),
      'held, MB': Math.round(held.memory / MB),
      'of 1.5 x alive + 64 MB': `${Math.round((100 * held.memory) / bound)}%`,
      seconds: Number(((performance.now() - begin) / 1000).toFixed(1)),
    };
    results[key] = held;
  }
  console.table(rows);
  console.log(saveResults('memory', { machine: describeMachine(), bytes: results }));
}
