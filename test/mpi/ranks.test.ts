import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Generator } from '../../src/index.js';
import { loadCheckpoint } from '../../src/node/index.js';
import { bundle } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';
import { runRanks, startRanks } from './mpirun.js';

const folder = temporaryFolder('ranks');
let program: string;
/** What the training ends with on one process, without MPI. */
let expected: string;

beforeAll(async () => {
  program = await bundle(`import './test/fixtures/ranks.js';`);
  [expected] = await runRanks(0, program);
  expect(expected).toMatch(/^hash [0-9a-f]{16} loss 0\.\d+ validation 0\.\d+ [01]/);
});

test.each([1, 2, 4, 8])('%i ranks end with the weights and the figures of one process without MPI', async (size) => {
  expect(await runRanks(size, program)).toEqual(new Array(size).fill(expected));
});

test('three ranks, whose gradients MPI_Allreduce adds, learn as well, and end with the same weights on each', async () => {
  const accuracy = (line: string) => Number(line.split(' ').at(-1));
  for (const size of [3, 2]) {
    const all = await runRanks(size, program, ['', 'allReduce']);
    expect(new Set(all)).toEqual(new Set([all[0]]));
    expect(all).toHaveLength(size);
    expect(accuracy(all[0])).toBeGreaterThan(0.6);
    expect(all[0]).not.toBe(expected);
  }
  expect(accuracy(expected)).toBeGreaterThan(0.6);
});

test('a communicator: what it sends arrives, also from the memory of the kernels, and sums are right', async () => {
  const code = `
    import { mpi } from './src/mpi/index.js';
    import { zeros } from './src/autograd/backend.js';
    import './src/wasm/install.js';
    const world = await mpi({ parts: 4 });
    const { rank, size } = world;
    const floats = zeros('float32', 70_000).array.fill(rank + 1);
    await world.allReduce(floats);
    const doubles = Float64Array.of(0.1, rank);
    await world.allReduce(doubles);
    const bytes = Uint8Array.of(rank, 7);
    await world.broadcast(bytes, 2);
    const received = zeros('float32', 70_000).array;
    await world.exchange(rank ^ 1, received.slice().fill(rank), received);
    const shared = floats.buffer instanceof SharedArrayBuffer;
    console.log(JSON.stringify([rank, size, shared, floats.every((x) => x === 10), doubles[1], bytes[0],
      received.every((x) => x === (rank ^ 1)), world.threads, (await mpi({ parts: 4 })).rank]));`;
  const lines = (await runRanks(4, await bundle(code))).map((line) => JSON.parse(line));
  expect(lines).toEqual([0, 1, 2, 3].map((rank) => [rank, 4, true, true, 6, 2, true, 1, rank]));
});

test.each([
  ['model', /rank 2 cannot train with the others: its model is another/],
  ['data', /rank 2 cannot train with the others: rank 0 has other training data/],
  ['batchSize', /rank 2 cannot train with the others: rank 0 has batchSize 32, got 16/],
  [
    'lr',
    /rank 2 cannot train with the others: rank 0 has scheduler.* 0\.01, got 0\.02|rank 0 has optimizer\.0\.lr 0\.01, got 0\.02/,
  ],
])('another %s on one rank is an error on all before the first step', async (what, message) => {
  const path = join(folder, `${what}.checkpoint`);
  const { stdout, stderr, code } = await startRanks(3, program, [path, 'allReduce', what]).ended;
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
  expect(stdout).not.toMatch(/step|hash/);
  expect(existsSync(path)).toBe(false);
});

test.each([
  ['callback', 2, /rank 0: Error: a callback failed/],
  ['exit', 4, /./],
  ['caught', 2, /rank 0: it has left a training that the others go on with/],
] as const)('an error that one rank alone has (%s) ends all', async (what, size, message) => {
  const begin = performance.now();
  const { stderr, code } = await startRanks(size, program, ['', '', what]).ended;
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
  expect(performance.now() - begin).toBeLessThan(60_000);
});

/** Whether a process is there, and not only its number until somebody asks how it ended (state Z). */
function runs(id: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a rank that is killed ends all, and ten times killed the training goes on to the same weights', async () => {
  const generator = new Generator('ranks killed');
  const file = join(folder, 'killed.checkpoint');
  const steps = new Set<number>();
  const seconds: number[] = [];
  for (let kills = 0; kills < 10; ) {
    const size = [2, 4][kills % 2];
    const { child, ended } = startRanks(size, program, [file]);
    const victim = generator.integer(size);
    // After so many steps, and then at any moment of one: it computes, or waits, or writes the checkpoint.
    const after = 1 + generator.integer(8);
    const delay = generator.uniform(0, 30);
    const processes = new Map<number, number>();
    let printed = '';
    let killed = 0;
    child.stdout!.on('data', (data: Buffer) => {
      printed += data;
      for (const [, rank, id] of printed.matchAll(/^process (\d+) (\d+)$/gm)) processes.set(Number(rank), Number(id));
      const done = [...printed.matchAll(/^step \d+$/gm)].length;
      if (killed > 0 || done < after || processes.size < size) return;
      killed = performance.now();
      setTimeout(() => process.kill(processes.get(victim)!, 'SIGKILL'), delay);
    });
    const { stdout, code } = await ended;
    if (code === 0) {
      // It had come to its end before.
      for (const [line] of stdout.matchAll(/^hash .*$/gm)) expect(line).toBe(expected);
      rmSync(file);
      continue;
    }
    kills++;
    seconds.push((performance.now() - killed) / 1000);
    for (const id of processes.values()) await expect.poll(() => runs(id)).toBe(false);
    steps.add((await loadCheckpoint(file)).position.step);
  }
  // A process that waits in MPI looks at nothing: mpirun has to end it.
  expect(Math.max(...seconds)).toBeLessThan(30);
  console.log(`seconds from kill to the end of all: ${seconds.map((s) => s.toFixed(1)).join(', ')}`);
  console.log(`checkpoints that were gone on from: ${[...steps].join(', ')}`);
  expect(steps.size).toBeGreaterThan(4);
  const last = await runRanks(2, program, [file]);
  expect(last.filter((line) => line.startsWith('hash'))).toEqual([expected, expected]);
});
