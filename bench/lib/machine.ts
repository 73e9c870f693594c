import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RESULTS = fileURLToPath(new URL('../results', import.meta.url));

/** Where PyTorch is: Debian's python3-torch belongs to Debian's Python, not to the first one in the path. */
export const PYTHON = process.env.BENCH_PYTHON ?? '/usr/bin/python3';

const run = (command: string, ...args: string[]): string | null => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
};

/** Keeps this process, and those that it will start, on some cores. Says whether that worked. */
export function pin(cores: string): boolean {
  return run('taskset', '--all-tasks', '--cpu-list', '--pid', cores, String(process.pid)) !== null;
}

const PEERS = ['convnetjs', '@jax-js/jax', '@tensorflow/tfjs', 'onnxruntime-web', 'onnxruntime-node'];

/** What a number cannot be read without. */
export function describeMachine(): Record<string, unknown> {
  const require = createRequire(import.meta.url);
  const version = (name: string): string => {
    const path = require.resolve.paths(name)!.map((folder) => join(folder, name, 'package.json'));
    for (const candidate of path) {
      const text = run('cat', candidate);
      if (text) return JSON.parse(text).version;
    }
    return 'missing';
  };
  const flags = ['avx2', 'avx512f'].filter((flag) => cpuinfo().includes(` ${flag} `));
  return {
    date: new Date().toISOString(),
    cpu: `${cpus()[0].model.trim()} (${flags.join(', ') || 'neither AVX2 nor AVX-512'})`,
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: run('uname', '-sr'),
    node: process.version,
    loadAverage: loadavg().map((load) => Number(load.toFixed(2))),
    commit: run('git', '-C', ROOT, 'describe', '--always', '--dirty'),
    peers: Object.fromEntries(PEERS.map((name) => [name, version(name)])),
    pytorch: run(PYTHON, '-c', 'import torch; print(torch.__version__)') ?? 'missing',
    blas: run('readlink', '-f', '/etc/alternatives/libblas.so.3-x86_64-linux-gnu'),
  };
}

function cpuinfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Writes results/NAME.json; returns its path. */
export function saveResults(name: string, results: object): string {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `${name}.json`);
  writeFileSync(path, `${JSON.stringify(results, null, 2)}\n`);
  return path;
}
