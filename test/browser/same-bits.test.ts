import { pathToFileURL } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { deadLeaves } from '../../datasets/index.js';
import { openPage } from './page.js';
import { train } from './training.js';

const SEEDS = [1, 2];
let here: ReturnType<typeof train>[];

beforeAll(async () => {
  const convgrad: typeof import('../../src/index.js') = await import(pathToFileURL('dist/src/index.js').href);
  here = SEEDS.map((seed) => train(convgrad, seed));
});

/** Trains in a page with `threads` threads asked for; gives what came out, and how many there were. */
async function trainInPage(threads: number, isolated: boolean) {
  const script = `
    import * as convgrad from './dist/src/index.js';
    import { train } from './test/browser/training.ts';
    const threads = await convgrad.setThreads(${threads});
    window.done = { threads, results: ${JSON.stringify(SEEDS)}.map((seed) => train(convgrad, seed)) };`;
  const { page, errors, close } = await openPage(script, { isolated });
  try {
    await page.waitForFunction('window.done');
    expect(errors).toEqual([]);
    return (await page.evaluate('window.done')) as { threads: number; results: ReturnType<typeof train>[] };
  } finally {
    await close();
  }
}

test.each([
  ['a plain page, where two threads are asked for and one is to be had', 2, false, 1],
  ['a cross-origin isolated page on two threads', 2, true, 2],
  ['a cross-origin isolated page on three threads', 3, true, 3],
])('%s: the same weights as in Node, to the last bit, without an error', async (_, asked, isolated, got) => {
  const { threads, results } = await trainInPage(asked, isolated);
  expect(threads).toBe(got);
  expect(results.map(({ hash }) => hash)).toEqual(here.map(({ hash }) => hash));
  expect(results).toEqual(here);
});

test('another seed gives other weights, and training changes the loss', () => {
  expect(here[0].hash).not.toBe(here[1].hash);
  expect(here[0].losses.at(-1)).not.toBe(here[0].losses[0]);
});

test('dead leaves are the same images in a page as in Node, to the last bit', async () => {
  const options = { count: 2, size: 100, seed: 5 };
  const script = `
    import { deadLeaves } from './datasets/dead-leaves.ts';
    window.done = Array.from(deadLeaves(${JSON.stringify(options)}).data.inputs);`;
  const { page, errors, close } = await openPage(script, {});
  try {
    await page.waitForFunction('window.done');
    expect(errors).toEqual([]);
    const inputs = await page.evaluate<number[]>('window.done');
    expect(Float32Array.from(inputs)).toEqual(deadLeaves(options).data.inputs);
  } finally {
    await close();
  }
});
