import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { train } from './browser/training.js';

// Each test has modules of its own, as a program that has just started.

beforeEach(() => vi.resetModules());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Lets the engine refuse to compile WebAssembly. */
function failingWith(error: Error): void {
  class Module {
    constructor() {
      throw error;
    }
  }
  vi.stubGlobal('WebAssembly', Object.create(WebAssembly, { Module: { value: Module } }));
}

describe('the fast kernels', () => {
  test.each<[string, () => Promise<object>]>([
    ['convgrad', () => import('../src/index.js')],
    ['convgrad/browser', () => import('../src/browser/index.js')],
    ['convgrad/datasets', () => import('../datasets/index.js')],
    ['convgrad/datasets/full', () => import('../datasets/full.js')],
    ['convgrad/inspect', () => import('../src/inspect/index.js')],
    ['convgrad/node', () => import('../src/node/index.js')],
    ['convgrad/report', () => import('../src/report/index.js')],
  ])('compute for whoever imports %s alone', async (_, entry) => {
    const { installed } = await import('../src/autograd/backend.js');
    expect(installed()).toBeNull();
    await entry();
    expect(Object.keys(installed()!.overrides).length).toBeGreaterThan(25);
  });
});

describe('an engine without WebAssembly SIMD', () => {
  test('trains by the definitions, to nearly the same numbers, and says so once', async () => {
    const fast = train(await import('../src/index.js'), 3, 4);
    vi.resetModules();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    failingWith(new WebAssembly.CompileError('Wasm SIMD unsupported'));
    const convgrad = await import('../src/index.js');
    const slow = train(convgrad, 3, 4);
    expect(await convgrad.setThreads(4)).toBe(1);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('Wasm SIMD unsupported')]]);
    expect(slow).not.toEqual(fast);
    expect(slow.losses.length).toBe(10);
    slow.losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(fast.losses[i], 4);
    });
  });

  test.each<[string, string, () => void]>([
    ['without WebAssembly', 'undefined', () => vi.stubGlobal('WebAssembly', undefined)],
    ['under a policy, as some engines tell it', 'unsafe-eval', () => failingWith(new EvalError('no unsafe-eval'))],
  ])('%s the definitions compute, too', async (_, reason, prepare) => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    prepare();
    const { tensor } = await import('../src/index.js');
    expect(Array.from(tensor([1]).add(1).data)).toEqual([2]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining(reason)]]);
  });

  test('and one that has no memory for it, in which they say what to do', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const Memory = vi.fn(function none() {
      throw new RangeError('could not allocate memory');
    });
    vi.stubGlobal('WebAssembly', Object.create(WebAssembly, { Memory: { value: Memory } }));
    const { tensor } = await import('../src/index.js');
    expect(tensor([1, 2]).add(1).mul(2).toArray()).toEqual([4, 6]);
    expect(warn.mock.calls).toEqual([[expect.stringContaining('node --disable-wasm-trap-handler')]]);
    expect(Memory.mock.calls.length).toBeGreaterThan(3); // Smaller ones were tried.
  });

  test('anything else that goes wrong is an error', async () => {
    failingWith(new RangeError('mine'));
    const { tensor } = await import('../src/index.js');
    expect(() => tensor([1]).add(1)).toThrow('mine');
  });
});

// As on a shared machine (with a shell that has ulimit -v). Plain Node: tsx needs WebAssembly, too.
test('a program whose address space is limited computes, and Node has a flag for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, 'program.mjs');
  const contents = `import { Dense, SGD, tensor } from './src/index.ts';
    const layer = new Dense(1, 1);
    layer.loadStateDict({ weight: tensor([[2]]), bias: tensor([1]) });
    const optimizer = new SGD(layer.parameters(), { lr: 0.5 });
    layer.forward(tensor([[3]])).sum().backward();
    optimizer.step();
    console.log(layer.weight.item(), layer.bias.item());`;
  await build({ stdin: { contents, resolveDir: '.' }, outfile, bundle: true, format: 'esm', logLevel: 'error' });
  const run = (flags: string) =>
    spawnSync('bash', ['-c', `ulimit -v 6000000; node ${flags} ${outfile}`], { encoding: 'utf8' });
  expect(run('')).toMatchObject({
    stdout: '0.5 0.5\n',
    stderr: expect.stringContaining('--disable-wasm-trap-handler'),
  });
  expect(run('--disable-wasm-trap-handler')).toMatchObject({ stdout: '0.5 0.5\n', stderr: '' });
});

test('a backend that lacks a kernel leaves it to the definition, on the same memory and with the same bits', async () => {
  const convgrad = await import('../src/index.js');
  const { installed } = await import('../src/autograd/backend.js');
  const whole = train(convgrad, 3);
  const { overrides } = installed()! as { overrides: Record<string, unknown> };
  delete overrides.maxPool2d; // Compares only, so that float32 and float64 give the same.
  delete overrides.relu;
  expect(train(convgrad, 3)).toEqual(whole);
});
