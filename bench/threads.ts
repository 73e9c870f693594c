// Two threads against one: whole training steps of Net S at batch 64, in many short turns, so that the noise of a shared
// machine meets both alike. Each is a process of its own, whose threads stay, as a user's do. Prints the ratio of the medians,
// and of the best turns. With --one-core, both threads share a core, as on a busy machine: what is lost there are waiting and
// switching.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as convgrad from '../src/index.js';
import { describeMachine, pin, saveResults } from './lib/machine.js';
import { buildNet } from './lib/ours.js';
import { median } from './lib/statistics.js';
import { NETS } from './nets.js';

const BATCH = 64;
const STEPS = 15;
const TURNS = 40;

const oneCore = process.argv.includes('--one-core');
if (oneCore && !pin('0')) throw new Error('taskset is missing');

/** Trains as it is told, with a team of threads that stays, as a user's does, and says how many images a second it made. */
async function serve(threads: number): Promise<void> {
  const { crossEntropy, randn, SGD, setThreads } = convgrad;
  const model = buildNet(convgrad, NETS.S);
  const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
  const x = randn([BATCH, 1, 28, 28]);
  const labels = Array.from({ length: BATCH }, (_, i) => i % 10);
  const step = () => {
    const loss = crossEntropy(model.forward(x), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
  await setThreads(threads);
  process.on('message', () => {
    for (let i = 0; i < 3; i++) step(); // Wakes the team.
    const begin = performance.now();
    for (let i = 0; i < STEPS; i++) step();
    process.send!((1000 * STEPS * BATCH) / (performance.now() - begin));
  });
  process.once('disconnect', () => process.exit());
  process.send!('ready');
}

const serving = process.argv.indexOf('--serve');
if (serving > 0) {
  await serve(Number(process.argv[serving + 1]));
  await new Promise(() => {});
}

/** Images a second in each turn, by number of threads. */
const speeds = new Map<number, number[]>([
  [1, []],
  [2, []],
]);
const servers = [1, 2].map((threads) => fork(fileURLToPath(import.meta.url), ['--serve', String(threads)]));
for (const server of servers) {
  await once(server, 'message');
  server.on('exit', (code) => code && process.exit(code));
}
for (let turn = 0; turn < TURNS; turn++) {
  for (const threads of turn % 2 === 0 ? [1, 2] : [2, 1]) {
    servers[threads - 1].send('turn');
    const [speed] = await once(servers[threads - 1], 'message');
    if (turn > 0) speeds.get(threads)!.push(speed);
  }
}
for (const server of servers) server.disconnect();

const machine = describeMachine();
const sorted = (threads: number) => speeds.get(threads)!.toSorted((a, b) => a - b);
const [one, two] = [sorted(1), sorted(2)];
const ratios = speeds.get(1)!.map((speed, turn) => speeds.get(2)![turn] / speed);
console.log(`Net S, batch ${BATCH}, images a second: median (best) of ${one.length} turns of ${STEPS} steps`);
console.log(`one thread   ${median(one).toFixed(0)} (${one.at(-1)!.toFixed(0)})`);
console.log(`two threads  ${median(two).toFixed(0)} (${two.at(-1)!.toFixed(0)})`);
const ratio = median(ratios);
console.log(
  `ratio of medians ${(median(two) / median(one)).toFixed(2)}, of bests ${(two.at(-1)! / one.at(-1)!).toFixed(2)}`,
);
console.log(`median of the ratios turn by turn ${ratio.toFixed(2)}, best ${Math.max(...ratios).toFixed(2)}`);
console.log(
  saveResults(oneCore ? 'threads-one-core' : 'threads', {
    machine,
    batch: BATCH,
    steps: STEPS,
    imagesPerSecond: Object.fromEntries(speeds),
  }),
);
