import { beforeAll, expect, test } from 'vitest';
import { FormatError } from '../src/index.js';
import { fuzz } from './fuzz/fuzz.js';
import { type Subject, subjects } from './fuzz/subjects.js';

// `npm run fuzz -- --inputs 100000` tries many more.
const INPUTS = 300;
let all: Subject[];
beforeAll(async () => {
  all = await subjects();
});

test('no damaged file makes a reader throw an error of another kind, hang, or flood the memory', async () => {
  expect(all.length).toBeGreaterThan(8);
  for (const subject of all) {
    const { name, read, findings } = await fuzz(subject, INPUTS, 'test');
    expect([name, findings.map(({ input, what }) => `${input}: ${what}`)]).toEqual([name, []]);
    expect(read, `${name} reads some`).toBeGreaterThan(0);
    expect(read, `${name} refuses some`).toBeLessThan(INPUTS);
  }
});

test('the fuzzer finds what is wrong: an error of another kind, a long time, a flood, an endless message', async () => {
  const found = async (wrong: () => unknown, ms = 100) => {
    let calls = 0;
    const read = () => {
      if (calls++ > 0) wrong(); // The first is the seed.
    };
    const { findings } = await fuzz({ ...all[0], seeds: [new Uint8Array(4)], read }, 1, 0, 0, {
      ms,
      bytes: 150e6,
    });
    return findings.map(({ what }) => what).join();
  };
  expect(await found(() => JSON.parse('null').x)).toMatch(/untyped: TypeError/);
  const spin = (ms: number) => {
    for (const begun = process.cpuUsage(); process.cpuUsage(begun).user < 1000 * ms; );
  };
  expect(await found(() => spin(150))).toMatch(/^\d+ ms/);
  expect(await found(() => new Uint8Array(700_000_000).fill(1), 1e4)).toMatch(/\d+ MB/);
  expect(
    await found(() => {
      throw new FormatError('x', 'y'.repeat(4000));
    }),
  ).toMatch(/a message of/);
});
