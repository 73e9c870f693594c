import { afterEach, expect, test, vi } from 'vitest';
import { Dataset, Dense, Flatten, fit, Generator, Sequential, SGD } from '../src/index.js';
import { coresIn, threadsFor } from '../src/mpi/cores.js';
import { MpiError, mpi, worldOf } from '../src/mpi/index.js';
import { Draws, filledParts, spanOf } from '../src/mpi/parts.js';
import { gather, shareBytes } from '../src/mpi/share.js';
import { onRanks, ranksInMemory } from './ranks.js';

afterEach(() => vi.unstubAllEnvs());

test('without mpirun it is a world of one, which needs no MPI', async () => {
  const world = await mpi({ parts: 4 });
  expect([world.rank, world.size, world.parts, world.reduction, world.threads]).toEqual([0, 1, 4, 'tree', undefined]);
  const numbers = Float32Array.of(1, 2);
  await world.allReduce(numbers);
  expect([...numbers]).toEqual([1, 2]);
  const model = new Sequential(new Flatten(), new Dense(1, 2));
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const { epochs } = await fit(model, new Dataset([0, 1, 2, 3], [1], [0, 0, 1, 1]), { optimizer, world });
  expect(epochs).toHaveLength(1);
  await expect(mpi({ part: 4 } as never)).rejects.toThrow(/unknown option 'part'/);
});

test('processes that srun has started without PMIx are told how to find each other', async () => {
  vi.stubEnv('SLURM_STEP_NUM_TASKS', '4');
  await expect(mpi()).rejects.toThrow(MpiError);
  await expect(mpi()).rejects.toThrow(/srun has started 4 processes .*srun --mpi=pmix/);
  vi.stubEnv('SLURM_STEP_NUM_TASKS', '1'); // One of a job array.
  expect((await mpi()).size).toBe(1);
});

test('a world is made of a communicator, and of nothing else', () => {
  const [communicator] = ranksInMemory(2);
  expect(() => worldOf({} as never)).toThrow(/expected a communicator, with broadcast, allReduce, exchange/);
  expect(() => worldOf(undefined as never)).toThrow(/expected a communicator/);
  expect(() => worldOf({ ...communicator, rank: 2 })).toThrow(/the rank/);
  expect(() => worldOf(communicator, { parts: 0 })).toThrow(/parts/);
  expect(() => worldOf(communicator, { reduction: 'star' as never })).toThrow(/reduction to be 'tree' or 'allReduce'/);
  expect(worldOf(communicator, { reduction: 'allReduce' }).parts).toBe(2);
  expect(worldOf(communicator).parts).toBe(8);
});

test('texts and bytes of any length arrive on all ranks', async () => {
  const texts = ['', 'zwei', 'trois…'];
  const bytes = Uint8Array.of(1, 2, 3);
  const all = await onRanks(3, async (communicator) => [
    await gather(communicator, texts[communicator.rank]),
    await shareBytes(communicator, 1, communicator.rank === 1 ? bytes : new Uint8Array(9)),
  ]);
  for (const each of all) expect(each).toEqual([texts, bytes]);
});

test('parts take all examples, none alone where it can be helped', () => {
  for (const examples of [1, 2, 3, 5, 15, 16, 17, 33, 128]) {
    const filled = filledParts(8, examples);
    const sizes = Array.from({ length: filled }, (_, part) => spanOf(part, filled, examples)).map(([a, b]) => b - a);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(examples);
    if (examples > 1) expect(Math.min(...sizes)).toBeGreaterThan(1);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(2);
    expect(filled).toBe(examples >= 16 ? 8 : Math.max(1, Math.floor(examples / 2)));
  }
});

test('a part draws the same whatever is drawn elsewhere, another part and another step something else', () => {
  const generator = new Generator(1);
  const before = generator.getState();
  const drawn = (step: number, ...parts: number[]) => {
    const draws = new Draws([generator], step);
    const numbers = parts.map((part) => {
      draws.begin(part);
      generator.normal();
      return generator.uniform();
    });
    draws.end();
    return numbers;
  };
  const [first, second] = drawn(0, 0, 1);
  expect(drawn(0, 1)).toEqual([second]);
  expect(new Set([first, second, ...drawn(1, 0, 1)]).size).toBe(4);
  expect(generator.getState()).toEqual(before);
});

test('each core gets one thread, however processes are bound to them', () => {
  expect(coresIn('Name:\tnode\nCpus_allowed_list:\t0-3,8,10-11\n')).toEqual([0, 1, 2, 3, 8, 10, 11]);
  expect(coresIn('Cpus_allowed_list:\t5\n')).toEqual([5]);
  expect(coresIn('')).toBe(null);
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const on = (host: string, cores: number[] | null) => ({ host, cores });
  const free = [on('a', eight), on('a', eight), on('a', eight), on('b', eight)];
  expect([0, 1, 2, 3].map((rank) => threadsFor(rank, free, 8))).toEqual([2, 2, 2, 8]);
  const bound = [on('a', [0, 1, 2]), on('a', [3, 4, 5]), on('a', [6])];
  expect([0, 1, 2].map((rank) => threadsFor(rank, bound, 3))).toEqual([3, 3, 1]);
  const three = [on('a', [0, 1, 2]), on('a', [0, 1, 2]), on('a', [0, 1, 2])];
  expect(threadsFor(0, three, 8)).toBe(1);
  expect(threadsFor(0, [on('a', [0]), on('a', [0])], 1)).toBe(1);
  expect(threadsFor(0, [on('a', null), on('a', null)], 8)).toBe(4);
  expect(threadsFor(0, [on('a', eight)], 4)).toBe(4); // What the process may use at once.
});
