import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { Generator } from '../../src/index.js';
import { loadCheckpoint } from '../../src/node/index.js';
import { bundle } from '../programs.js';
import { temporaryFolder } from '../temporary-folder.js';

// Real processes, killed: what they end with must not depend on it.

const folder = temporaryFolder('killed');
let program: string;
let expected: string;

beforeAll(async () => {
  program = await bundle(`import './test/fixtures/killed.js';`);
  expected = (await end(start('whole'))).output;
  expect(expected).toMatch(/^[0-9a-f]{16}\n$/);
});

interface Ended {
  output: string;
  signal: string | null;
  code: number | null;
}

const start = (name: string) => spawn('node', [program, join(folder, name, 'run.checkpoint')]);

function end(child: ChildProcess): Promise<Ended> {
  let output = '';
  child.stdout!.on('data', (data) => {
    output += data;
  });
  child.stderr!.on('data', (data) => {
    output += data;
  });
  return new Promise((done) => {
    child.on('close', (code, signal) => done({ output, signal, code }));
  });
}

const later = (ms: number) => new Promise((done) => setTimeout(done, ms));
const unfinished = (path: string) => readdirSync(path).filter((name) => name.endsWith('.unfinished'));

test('a training killed twenty times ends with the weights of one that never was', { timeout: 60_000 }, async () => {
  const generator = new Generator('moments');
  const path = join(folder, 'often');
  const file = join(path, 'run.checkpoint');
  const steps = new Set<number>();
  let kills = 0;
  let whileWriting = 0;
  while (kills < 20) {
    const child = start('often');
    const ended = end(child);
    if (kills % 2 === 0) {
      await Promise.race([later(generator.uniform(80, 400)), ended]);
    } else {
      // While it writes: as soon as the unfinished file is seen, or a moment later.
      while (!existsSync(path)) await later(5);
      const from = generator.integer(12);
      let seen = 0;
      const watcher = watch(path);
      const begins = new Promise<void>((done) => {
        watcher.on('change', (_, name) => {
          if (String(name).endsWith('.unfinished') && seen++ >= from) done();
        });
      });
      await Promise.race([begins, ended]);
      watcher.close();
    }
    child.kill('SIGKILL');
    const { signal, output } = await ended;
    if (signal === 'SIGKILL') {
      kills++;
      if (!existsSync(path)) continue;
      if (unfinished(path).length > 0) whileWriting++;
      if (existsSync(file)) steps.add((await loadCheckpoint(file)).position.step);
    } else {
      expect(output).toBe(expected);
      rmSync(path, { recursive: true });
    }
  }
  const { output } = await end(start('often'));
  expect(output).toBe(expected);
  expect(unfinished(path)).toEqual([]);
  expect(whileWriting).toBeGreaterThan(2);
  expect(steps.size).toBeGreaterThan(5);
});

test('Ctrl-C ends a training with its checkpoint, from which it goes on; a second one kills', async () => {
  const path = join(folder, 'interrupted/run.checkpoint');
  const child = start('interrupted');
  const ended = end(child);
  while (!existsSync(path)) await later(5);
  child.kill('SIGINT');
  const { output, code } = await ended;
  expect(code).toBe(0);
  expect(output).toMatch(/^\nstopping after this batch; Ctrl-C again stops at once\n[0-9a-f]{16}\n$/);
  expect(output).not.toContain(expected);
  expect((await end(start('interrupted'))).output).toBe(expected);

  const other = start('twice');
  const over = end(other);
  while (!existsSync(join(folder, 'twice/run.checkpoint'))) await later(5);
  other.stderr!.once('data', () => other.kill('SIGINT'));
  other.kill('SIGINT');
  expect(await over).toMatchObject({ signal: 'SIGINT', code: null });
});
