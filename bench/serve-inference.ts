/**
 * A contestant's own process: `tsx serve-inference.ts NAME TASK.json [THREADS]`. As serve.ts, but what it writes for a number
 * of steps is {"seconds", "processor", "outputs"}: by the clock, by the processor, and those of the last batch.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { BATCHES, type BuildInference, splitStatistics } from './lib/inference.js';
import { readFloats, readWeights, type Task } from './lib/task.js';

// What a library has to say must not get between the answers.
console.log = console.error;
console.info = console.error;

const BUILDS: Record<string, () => Promise<BuildInference>> = {
  convgrad: async () => (await import('./contestants/inference/convgrad.js')).build,
  'onnxruntime-web': async () => (await import('./contestants/inference/onnxruntime.js')).buildOn('onnxruntime-web'),
  'onnxruntime-node': async () => (await import('./contestants/inference/onnxruntime.js')).buildOn('onnxruntime-node'),
  'tfjs-wasm': async () => (await import('./contestants/inference/tfjs.js')).build,
};

const answer = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const [name, path, threads] = process.argv.slice(2);
  const told: Task = JSON.parse(readFileSync(path, 'utf8'));
  const task = threads ? { ...told, threads: Number(threads) } : told;
  const statistics = splitStatistics(task.net, readFloats(task.statistics!));
  const contestant = await (await BUILDS[name]())(task, readWeights(task), statistics);
  const images = readFloats(task.images);
  const size = (images.length / task.count) * task.batch;
  const batches = Array.from({ length: BATCHES }, (_, i) => {
    const batch = images.slice(i * size, (i + 1) * size);
    return contestant.prepare?.(batch) ?? batch;
  });
  answer({ facts: contestant.facts });

  let at = 0;
  for await (const line of createInterface({ input: process.stdin })) {
    let outputs: ArrayLike<number> = [];
    const begin = process.cpuUsage();
    const start = performance.now();
    for (let step = 0; step < Number(line); step++) {
      const y = contestant.infer(batches[at++ % BATCHES]);
      outputs = y instanceof Promise ? await y : y;
    }
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(begin);
    answer({ seconds, processor: (user + system) / 1e6, outputs: Array.from(outputs) });
  }
} catch (error) {
  answer({ error: error instanceof Error ? error.message : String(error) });
}
process.exit();
