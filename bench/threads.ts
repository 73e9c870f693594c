// Two threads against one: whole training steps of Net S at batch 64, in many short turns, so that the noise of a shared
// machine meets both alike. Prints the ratio of the medians, and of the best turns. With --one-core, both threads share a
// core, as on a busy machine: what is lost there are waiting and switching.
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

const { crossEntropy, randn, SGD, setThreads } = convgrad;
const model = buildNet(convgrad, NETS.S);
const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
const x = randn([BATCH, 1, 28, 28]);
const labels = Array.from({ length: BATCH }, (_, i) => i % 10);

function step(): void {
  const loss = crossEntropy(model.forward(x), labels);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}

/** Images a second in each turn, by number of threads. */
const speeds = new Map<number, number[]>([
  [1, []],
  [2, []],
]);
for (let turn = 0; turn < TURNS; turn++) {
  for (const threads of turn % 2 === 0 ? [1, 2] : [2, 1]) {
    await setThreads(threads);
    for (let i = 0; i < 3; i++) step();
    const begin = performance.now();
    for (let i = 0; i < STEPS; i++) step();
    const seconds = (performance.now() - begin) / 1000;
    if (turn > 0) speeds.get(threads)!.push((STEPS * BATCH) / seconds);
  }
}
await setThreads(1);

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
