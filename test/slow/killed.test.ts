import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
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
  const { stdout } = await start('whole').ended;
  expect(stdout).toMatch(/^[0-9a-f]{16}\n$/);
  expected = stdout;
});

/** @param hold where it stops and says so: see the fixture */
function start(name: string, ...hold: (string | number)[]) {
  const child = spawn('node', [program, join(folder, name, 'run.checkpoint'), ...hold.map(String)]);
  return { child, ended: end(child) };
}

async function end(child: ChildProcess) {
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ]);
  return { stdout, stderr, code, signal };
}

/** Until it holds, or ends without. */
const holding = (child: ChildProcess) => Promise.race([once(child.stdout!, 'data'), once(child, 'close')]);
const unfinished = (path: string) => readdirSync(path).filter((name) => name.endsWith('.unfinished'));

test('a training killed twenty times ends with the weights of one that never was', async () => {
  const generator = new Generator('moments');
  const path = join(folder, 'often');
  const file = join(path, 'run.checkpoint');
  const steps = new Set<number>();
  let kills = 0;
  let whileWriting = 0;
  while (kills < 20) {
    // While it computes, or while it writes: in the middle of a checkpoint, or before that takes the place of the last one.
    const held =
      kills % 2 === 0
        ? ['batch', generator.integer(60)]
        : [kills % 4 === 1 ? 'writeFile' : 'rename', generator.integer(12)];
    const { child, ended } = start('often', ...held);
    await holding(child);
    child.kill('SIGKILL');
    const { stdout } = await ended;
    if (stdout === '' || stdout === 'holding\n') {
      kills++;
      if (!existsSync(path)) continue;
      if (unfinished(path).length > 0) whileWriting++;
      if (existsSync(file)) steps.add((await loadCheckpoint(file)).position.step);
    } else {
      expect(stdout.replace('holding\n', '')).toBe(expected);
      rmSync(path, { recursive: true });
    }
  }
  const { stdout } = await start('often').ended;
  expect(stdout).toBe(expected);
  expect(unfinished(path)).toEqual([]);
  expect(whileWriting).toBeGreaterThanOrEqual(10);
  expect(steps.size).toBeGreaterThan(5);
});

const STOPPING = '\nstopping after this batch; Ctrl-C again stops at once\n';

test('Ctrl-C ends a training with its checkpoint, from which it goes on', async () => {
  const { child, ended } = start('interrupted', 'rename', 2, 'SIGINT');
  await holding(child);
  child.kill('SIGINT');
  const { stdout, stderr, code } = await ended;
  expect([code, stderr]).toEqual([0, STOPPING]);
  expect(stdout).toMatch(/^holding\n[0-9a-f]{16}\n$/);
  expect(stdout).not.toContain(expected);
  expect((await start('interrupted').ended).stdout).toBe(expected);
});

test('a second Ctrl-C kills', async () => {
  const { child, ended } = start('twice', 'rename', 2);
  await holding(child);
  child.stderr!.once('data', () => child.kill('SIGINT'));
  child.kill('SIGINT');
  expect(await ended).toMatchObject({ signal: 'SIGINT', code: null, stderr: STOPPING });
});
