import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openFirefox } from '../browser/firefox.js';
import { openChromium } from '../browser/page.js';
import { type Opened, pageOf, type Site, visit } from '../browser/static-host.js';
import { openWebKit } from './webkit.js';

// One training, with every function that is not plain arithmetic, in every program that runs JavaScript: the same numbers to
// the last bit, on one thread and on two.

interface Outcome {
  version: string;
  threads: number;
  result: { hash: string };
}

/** A program that shows the numbers, and what runs it; convgrad's file is beside it. */
const program = (asked: number) => `
import * as convgrad from './convgrad.js';
${transformSync(readFileSync('test/browser/training.ts', 'utf8'), { loader: 'ts' }).code}
const threads = ${asked} > 1 ? await convgrad.setThreads(${asked}) : 1;
const { Deno, Bun, process, navigator } = globalThis;
const version = Deno?.version.deno ?? Bun?.version ?? process?.versions.node ?? /(Chrome|Firefox|Version).[\\d.]+/.exec(navigator.userAgent)[0];
const shown = JSON.stringify({ version, threads, result: train(convgrad, 1) });
if (globalThis.document) document.querySelector('pre').textContent = shown;
else console.log(shown);
`;

const packages = resolve('test/runtimes/node_modules');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convgrad-runtimes-'));
  writeFileSync(join(folder, 'convgrad.js'), `export * from '${resolve('dist/src/index.js')}';\n`);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs it with a command, in a process of its own. */
const inProcess = (path: string, ...args: string[]) => {
  return async (threads: number): Promise<Outcome> => {
    const file = join(folder, 'program.js');
    writeFileSync(file, program(threads));
    const command = path.startsWith('/') ? path : join(packages, path);
    return JSON.parse(execFileSync(command, [...args, file], { encoding: 'utf8', cwd: folder }));
  };
};

/** Runs it in a page of static files; two threads need the headers of an isolated one. */
const inPage = (open: (url: string) => Promise<Opened>) => {
  return async (threads: number): Promise<Outcome> => {
    const files: Site['files'] = { 'convgrad.js': readFileSync('dist/convgrad.min.js') };
    return JSON.parse(await visit(open, { page: pageOf(program(threads)), files, isolated: threads > 1 }));
  };
};

const node = inProcess(process.execPath);
const RUNTIMES: [name: string, run: (threads: number) => Promise<Outcome>][] = [
  ['Node 20', node],
  ['Node 22', inProcess('node-22/bin/node')],
  ['Node 24', inProcess('node-24/bin/node')],
  ['Bun', inProcess('@oven/bun-linux-x64/bin/bun')],
  ['Deno', inProcess('@deno/linux-x64-glibc/deno', 'run', '--allow-read')],
  ['Chromium', inPage(openChromium)],
  ['Firefox', inPage(openFirefox)],
  ['WebKitGTK', inPage(openWebKit)],
];

const table: Record<string, { version: string; threads: number; weights: string }> = {};
afterAll(() => console.table(table));

let expected: Outcome['result'];
beforeAll(async () => {
  expected = (await node(1)).result;
});

test.each(RUNTIMES)('%s gives the same numbers, to the last bit, on one thread and on two', async (name, run) => {
  const alone = await run(1);
  const both = await run(2);
  expect([alone.threads, both.threads]).toEqual([1, 2]);
  expect(alone.result).toEqual(expected);
  expect(both.result).toEqual(expected);
  table[name] = { version: alone.version, threads: both.threads, weights: alone.result.hash };
});

test('another seed gives other numbers', async () => {
  const { train } = await import('../browser/training.js');
  const convgrad: typeof import('../../src/index.js') = await import(resolve('dist/src/index.js'));
  expect(train(convgrad, 1).hash).toBe(expected.hash);
  expect(train(convgrad, 2).hash).not.toBe(expected.hash);
});
