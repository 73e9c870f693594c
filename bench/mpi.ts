/**
 * What several processes cost and bring on one machine: how long a reduction takes, and whole steps of one process with two
 * threads beside those of two processes. Rounds in turns, as others may use the cores, too; each run is a `mpirun` of its own.
 *
 *     npm run bench:mpi            needs Debian's openmpi-bin
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as convgrad from '../src/index.js';
import { mpi } from '../src/mpi/index.js';
import { describeMachine, saveResults } from './lib/machine.js';
import { buildNet } from './lib/ours.js';
import { median } from './lib/statistics.js';
import { NETS } from './nets.js';

const ROUNDS = 3;
const BATCH = 64;
const SIZES = [6_000, 60_000, 1_200_000];
const STEPS: Record<string, number> = { S: 40, R: 6, B: 12 };

interface Way {
  title: string;
  ranks: number;
  threads: number;
  /** Whether `fit` gets a world, and how that adds gradients. */
  reduction: 'tree' | 'allReduce' | null;
}

const WAYS: Record<string, Way> = {
  plain: { title: 'one rank, two threads, no world', ranks: 1, threads: 2, reduction: null },
  parts: { title: 'one rank, two threads, 8 parts', ranks: 1, threads: 2, reduction: 'tree' },
  tree: { title: 'two ranks, a thread each, 8 parts, tree', ranks: 2, threads: 1, reduction: 'tree' },
  allReduce: {
    title: 'two ranks, a thread each, 2 parts, MPI_Allreduce',
    ranks: 2,
    threads: 1,
    reduction: 'allReduce',
  },
};

/** In ms: of each reduction, in the median and at best. */
type Reductions = Record<string, { median: number; best: number }>;

async function reductions(): Promise<Reductions> {
  const world = await mpi();
  const found: Reductions = {};
  for (const size of SIZES) {
    const numbers = new Float32Array(new SharedArrayBuffer(size * 4)).fill(1);
    const other = new Float32Array(size);
    const ways = {
      MPI_Allreduce: () => world.allReduce(numbers),
      exchange: () => world.exchange(world.rank ^ 1, numbers, other),
    };
    for (const [name, reduce] of Object.entries(ways)) {
      const times: number[] = [];
      for (let i = 0; i < (size > 1e6 ? 40 : 300); i++) {
        numbers.fill(1);
        await world.allReduce(Float64Array.of(0)); // All begin together.
        const begin = performance.now();
        await reduce();
        times.push(performance.now() - begin);
      }
      found[`${name} ${size}`] = { median: median(times), best: Math.min(...times) };
    }
  }
  return found;
}

/** In ms a step: in the median and at best, and the processor time of all ranks. */
interface Steps {
  median: number;
  best: number;
  processor: number;
}

async function steps(net: string, { threads, reduction }: Way): Promise<Steps> {
  const world = await mpi(reduction ? { reduction, parts: reduction === 'tree' ? 8 : 2 } : {});
  await convgrad.setThreads(threads);
  const { input, layers } = NETS[net];
  const generator = new convgrad.Generator(1);
  const examples = BATCH * STEPS[net];
  const pixels = Float32Array.from({ length: examples * input[0] * input[1] * input[2] }, () => generator.uniform());
  const data = new convgrad.Dataset(
    pixels,
    input,
    Int32Array.from({ length: examples }, (_, i) => i % 10),
  );
  const model = buildNet(convgrad, { layers });
  const optimizer = new convgrad.SGD(model.parameters(), { lr: 0.001, momentum: 0.9 });
  const times: number[] = [];
  let last = performance.now();
  const note = () => {
    const now = performance.now();
    times.push(now - last);
    last = now;
  };
  const options = { optimizer, batchSize: BATCH, seed: 1, world: reduction ? world : undefined };
  await convgrad.fit(model, data, options); // Warms up.
  let before: NodeJS.CpuUsage | undefined;
  const begun = () => {
    before ??= process.cpuUsage(); // On each rank, once the training has begun on all.
  };
  await convgrad.fit(model, data, { ...options, transform: begun, callbacks: [{ onBatchEnd: note }] });
  const { user, system } = process.cpuUsage(before);
  const processor = Float64Array.of((user + system) / 1000);
  await world.allReduce(processor);
  const own = times.slice(1);
  return { median: median(own), best: Math.min(...own), processor: processor[0] / STEPS[net] };
}

function mpirun<Found>(ranks: number, ...args: string[]): Found {
  const options = ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none', '--mca', 'mpi_yield_when_idle', '1'];
  const program = [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url), ...args];
  const out = execFileSync('mpirun', [...options, '-np', `${ranks}`, ...program], { encoding: 'utf8' });
  return JSON.parse(out.trim());
}

const [, , what, net] = process.argv;
if (what !== undefined) {
  const found = what === 'reductions' ? await reductions() : await steps(net, WAYS[what]);
  if ((await mpi()).rank === 0) console.log(JSON.stringify(found));
} else {
  const reduced = Array.from({ length: ROUNDS }, () => mpirun<Reductions>(2, 'reductions'));
  const rows = Object.keys(reduced[0]).map((name) => ({
    reduction: name,
    'median, ms': median(reduced.map((round) => round[name].median)).toFixed(3),
    'best, ms': Math.min(...reduced.map((round) => round[name].best)).toFixed(3),
  }));
  console.table(rows);
  const stepped: Record<string, Record<string, Steps[]>> = {};
  for (const net of Object.keys(STEPS)) {
    stepped[net] = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [way, { ranks }] of Object.entries(WAYS)) stepped[net][way].push(mpirun<Steps>(ranks, way, net));
    }
    const table = Object.entries(WAYS).map(([way, { title }]) => {
      const all = stepped[net][way];
      return {
        [`Net ${net}, batch ${BATCH}`]: title,
        'median, ms a step': median(all.map((each) => each.median)).toFixed(1),
        'best, ms': Math.min(...all.map((each) => each.best)).toFixed(1),
        'processor time, ms': median(all.map((each) => each.processor)).toFixed(1),
      };
    });
    console.table(table);
  }
  console.log(saveResults('mpi', { machine: describeMachine(), batch: BATCH, reductions: reduced, steps: stepped }));
}
