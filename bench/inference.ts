/**
 * Runs the same networks, with the same weights, in convgrad and its peers, in turns, and compares outputs and images a second.
 *
 *     npm run bench:inference                          everything, one thread on one core
 *     npm run bench:inference -- --quick --nets S,R    a look
 */
import { Command } from 'commander';
import { TaskFolder } from './lib/data.js';
import { BATCHES, INFERENCE_CONTESTANTS } from './lib/inference.js';
import { describeMachine, pin, saveResults } from './lib/machine.js';
import { builtConvgrad, sourceConvgrad } from './lib/ours.js';
import { Peer, type Run } from './lib/peer.js';
import { median, show } from './lib/statistics.js';
import { table } from './lib/table.js';
import { NETS } from './nets.js';

const list = (text: string): string[] => text.split(',');
const options = new Command()
  .name('bench:inference')
  .option('--nets <names>', `networks, of ${Object.keys(NETS)}`, list, ['S', 'E', 'B', 'R', 'M'])
  .option('--batch <sizes>', 'images a call', (text: string) => list(text).map(Number), [1, 64])
  .option('--contestants <names>', `who takes part, of ${INFERENCE_CONTESTANTS}`, list, INFERENCE_CONTESTANTS)
  .option('--repeats <n>', 'turns each (default: 21, or 5 with --quick)', Number)
  .option('--slice <seconds>', 'length of a turn', Number, 0.15)
  .option('--cores <list>', 'the core to stay on', '0')
  .option('--processor', "processor time in place of the clock's, where others use the cores, too")
  .option('--source', 'measure src through tsx instead of the built package')
  .option('--quick', 'few turns')
  .allowExcessArguments(false)
  .parse()
  .opts<{
    nets: string[];
    batch: number[];
    contestants: string[];
    repeats?: number;
    slice: number;
    cores: string;
    processor?: boolean;
    source?: boolean;
    quick?: boolean;
  }>();

interface Entrant {
  name: string;
  peer?: Peer;
  facts: Record<string, string | number>;
  error?: string;
  outputs: number[];
  steps: number;
  /** Images a second, one number a turn. */
  rates: number[];
}

/** Compilers take their time: in ms. */
const WARM_UP = 1200;

/** How far outputs may be apart, of the largest: float32, sums in another order, folded batch norm. */
const TOLERANCE = 1e-4;

const { nets, batch: batches, contestants, slice, quick = false } = options;
const repeats = options.repeats ?? (quick ? 5 : 21);
const convgrad = options.source ? sourceConvgrad : builtConvgrad();
const machine = describeMachine();
const pinned = pin(options.cores);
console.log(`${machine.cpu}, node ${machine.node}, PyTorch ${machine.pytorch}, load ${machine.loadAverage}`);
console.log(pinned ? `one thread, on core ${options.cores}\n` : 'one thread; taskset failed: NOT pinned\n');

const { source, processor } = options;
const settings = { cores: pinned ? options.cores : 'not pinned', processor, repeats, slice, batches: BATCHES, source };
const folder = await TaskFolder.create();
const name = `inference${quick ? '-quick' : ''}`;
const results: object[] = [];
let sound = true;
try {
  for (const net of nets) {
    for (const batch of batches) {
      const taskFile = folder.task(NETS[net], { batch, threads: 1, convgrad, infers: true });
      const entrants = await measure(taskFile, batch);
      console.log(`Net ${net}, batch ${batch}: ${NETS[net].title}`);
      const outcomes = compare(entrants, batch);
      results.push({ net, batch, outcomes });
      saveResults(name, { machine, settings, results }); // After each, because a run takes minutes.
    }
  }
} finally {
  folder.remove();
}
console.log(`written to results/${name}.json`);
if (!sound) process.exitCode = 1;

/** Starts all, and lets them take turns, in another order each time. */
async function measure(taskFile: string, batch: number): Promise<Entrant[]> {
  const entrants = contestants.map((name): Entrant => ({ name, facts: {}, outputs: [], steps: 0, rates: [] }));
  try {
    for (const entrant of entrants) await warmUp(entrant, taskFile);
    for (let round = 0; round < repeats; round++) {
      for (let i = 0; i < entrants.length; i++) {
        const { peer, steps, rates } = entrants[(i + round) % entrants.length];
        if (peer) rates.push((steps * batch) / secondsOf(await peer.run(steps)));
      }
    }
  } finally {
    for (const { peer } of entrants) peer?.close();
  }
  return entrants;
}

function secondsOf({ seconds, processor }: Run): number {
  return options.processor ? processor! : seconds;
}

async function warmUp(entrant: Entrant, taskFile: string): Promise<void> {
  try {
    entrant.peer = await Peer.start(entrant.name, taskFile, 'inference');
    entrant.facts = entrant.peer.facts;
    entrant.outputs = (await entrant.peer.run(1)).outputs!;
    const start = performance.now();
    const times: number[] = [];
    for (let steps = 1; performance.now() - start < WARM_UP; steps *= 2) {
      times.push(secondsOf(await entrant.peer.run(steps)) / steps);
    }
    entrant.steps = Math.max(1, Math.round(slice / times[times.length - 1]));
  } catch (error) {
    entrant.error = error instanceof Error ? error.message.split('\n')[0] : String(error);
    entrant.peer?.close();
    entrant.peer = undefined;
  }
}

/** Prints the table, and holds the outputs of all against PyTorch's, or ours where there is none. */
function compare(entrants: Entrant[], batch: number): object[] {
  const able = entrants.filter(({ error }) => !error);
  const reference = able.find(({ name }) => name === 'pytorch') ?? able[0];
  const ours = able.find(({ name }) => name === 'convgrad');
  const largest = Math.max(...reference.outputs.map(Math.abs));
  const outcomes = able.map(({ name, facts, outputs, steps, rates }) => {
    const differences = reference.outputs.map((value, i) => Math.abs(value - outputs[i]));
    const off = outputs.length === reference.outputs.length ? Math.max(...differences) / largest : NaN;
    const neighbors = ours ? ours.rates.map((rate, i) => rate / rates[i]) : [NaN];
    const ratio = ours ? median(ours.rates) / median(rates) : NaN;
    return { name, facts, steps, rate: median(rates), oursToTheirs: ratio, neighbors: median(neighbors), off, rates };
  });
  const head = ['', 'images/s', 'best', 'us a call', 'ours/theirs', 'neighbors', 'outputs off'];
  const rows = outcomes.map(({ name, rate, oursToTheirs, neighbors, off, rates }) => {
    const call = (1e6 * batch) / rate;
    return [
      name,
      show(rate),
      show(Math.max(...rates)),
      show(call),
      show(oursToTheirs),
      show(neighbors),
      off.toExponential(1),
    ];
  });
  console.log(table(head, rows));
  for (const { name, off } of outcomes) {
    if (off <= TOLERANCE) continue;
    console.log(`WRONG: ${name}: outputs differ from ${reference.name}'s by ${off} of the largest`);
    sound = false;
  }
  const unable = entrants.filter(({ error }) => error).map(({ name, error }) => ({ name, error }));
  for (const { name, error } of unable) console.log(`${name} cannot: ${error}`);
  console.log();
  return [...outcomes, ...unable];
}
