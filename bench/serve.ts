/**
 * A contestant's own process: `tsx serve.ts NAME TASK.json [THREADS]`. It says {"facts"} when it is ready; every line it then
 * reads is a number of steps, and every line that it writes is {"seconds", "losses"}, or {"error"}.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Build, readFloats, readWeights, type Task } from './lib/task.js';

// What a library has to say must not get between the answers.
console.log = console.error;
console.info = console.error;

const BUILDS: Record<string, () => Promise<Build>> = {
  convgrad: async () => (await import('./contestants/convgrad.js')).build,
  convnetjs: async () => (await import('./contestants/convnetjs.js')).build,
  jaxjs: async () => (await import('./contestants/jaxjs.js')).build,
  'tfjs-cpu': async () => (await import('./contestants/tfjs.js')).buildOn('cpu'),
  'tfjs-wasm': async () => (await import('./contestants/tfjs.js')).buildOn('wasm'),
};

const answer = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const [name, path, threads] = process.argv.slice(2);
  const told: Task = JSON.parse(readFileSync(path, 'utf8'));
  const task = threads ? { ...told, threads: Number(threads) } : told;
  const { batch, count } = task;
  const images = readFloats(task.images);
  const labels = new Uint8Array(readFileSync(task.labels));
  const contestant = await (await BUILDS[name]())(task, readWeights(task));
  answer({ facts: contestant.facts });

  const size = images.length / count;
  let at = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    const losses: number[] = [];
    const start = performance.now();
    for (let step = 0; step < Number(line); step++) {
      if (at + batch > count) at = 0;
      const end = at + batch;
      const loss = contestant.step(images.subarray(at * size, end * size), labels.subarray(at, end));
      // Awaiting a number would cost those who need no promise a turn of the event loop.
      losses.push(typeof loss === 'number' ? loss : await loss);
      at = end;
    }
    answer({ seconds: (performance.now() - start) / 1000, losses });
  }
} catch (error) {
  answer({ error: error instanceof Error ? error.message : String(error) });
}
process.exit();
