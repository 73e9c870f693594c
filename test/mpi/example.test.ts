import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bundle } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';
import { runRanks, startRanks } from './mpirun.js';

const folder = temporaryFolder('many-machines');
const FLAGS = ['--images', '1600', '--batch-size', '32', '--epochs', '8']; // So long that the second test ends it before its end.
let program: string;
let expected: string;

const hashIn = (lines: string[]) => /weight hash ([0-9a-f]{16}) on (\d)/.exec(lines.join('\n'))!.slice(1);
const flags = (name: string) => [...FLAGS, '--out', join(folder, name)];

beforeAll(async () => {
  program = await bundle(`import './examples/experiments/many-machines.js';`);
  const [hash, processes] = hashIn(await runRanks(0, program, flags('alone')));
  expect(processes).toBe('1');
  expected = hash;
});

test('the example on two processes prints the hash that it prints alone, once, and writes its files', async () => {
  const lines = await runRanks(2, program, flags('two'));
  expect(hashIn(lines)).toEqual([expected, '2']);
  expect(lines.filter((line) => line.startsWith('held-out accuracy'))).toHaveLength(1);
  for (const name of ['model.safetensors', 'metrics.json', 'run.checkpoint']) {
    expect(existsSync(join(folder, 'two', name))).toBe(true);
  }
});

test('the example that was ended goes on with --resume, on another number of processes', async () => {
  const { child, ended } = startRanks(2, program, flags('ended'));
  await expect.poll(() => existsSync(join(folder, 'ended/run.checkpoint')), { timeout: 120_000 }).toBe(true);
  child.kill('SIGTERM');
  expect((await ended).stdout).not.toMatch(/weight hash/);
  expect(hashIn(await runRanks(4, program, [...flags('ended'), '--resume']))).toEqual([expected, '4']);
});

test('a folder of another run is refused by the first process, and all end', async () => {
  const { stderr, code } = await startRanks(2, program, [...flags('two'), '--seed', '1']).ended;
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/error: --out: '.*' holds a run with/);
});
