import { type ExecFileOptions, execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

/** Inside the repository, where the packages that a program needs are found. */
const folder = temporaryFolder('programs', 'runs');
let count = 0;

/**
 * The path of a program in TypeScript as one file that Node runs. Node has it loaded in a third of the time that tsx
 * takes to load the same modules one by one.
 * @param code may import what lies in the repository, as './src/index.js', and the package by its name
 */
export async function bundle(code: string): Promise<string> {
  const outfile = resolve(folder, `${count++}.mjs`);
  await build({
    stdin: { contents: code, loader: 'ts', resolveDir: '.' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    alias: {
      convgrad: './src/index.ts',
      'convgrad/datasets': './datasets/index.ts',
      'convgrad/io': './src/io/index.ts',
    },
    ignoreAnnotations: true, // package.json names the files of dist that have side effects.
    logLevel: 'error',
  });
  return outfile;
}

export interface Ended {
  /** The exit code, or the signal that ended it. */
  code: number | string | null;
  output: string;
}

export interface ProgramOptions {
  args?: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** In ms; then it is killed. */
  timeout?: number;
}

/** Runs a program in a process of its own; gives its exit code and all that it printed. */
export async function runProgram(code: string, options: ProgramOptions = {}): Promise<Ended> {
  return runBundle(await bundle(code), options);
}

const examples = new Map<string, Promise<string>>();

/** Runs an example as a user does. */
export async function runExample(name: string, args: string[] = [], env?: NodeJS.ProcessEnv): Promise<Ended> {
  if (!examples.has(name)) examples.set(name, bundle(`import './examples/${name}.js';`));
  return runBundle(await examples.get(name)!, { args, env });
}

/** Fails unless an example refuses to go on in a folder that another run has filled, and leaves all in it as it is. */
export async function expectKept(name: string, folder: string, args: string[]): Promise<void> {
  const files = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [parentPath, name, readFileSync(join(parentPath, name)).toString('base64')]);
  const before = files();
  expect(before.length).toBeGreaterThan(0);
  const ended = await runExample(name, [...args, '--out', folder]);
  expectError(ended, /(^|\n)error: --out: '.*' holds a run with \{.*\}, and this is \{.*\}: give it another folder\n$/);
  expect(files()).toEqual(before);
}

const ONE_THREAD = new URL('one-thread.mjs', import.meta.url).href;

function runBundle(path: string, { args = [], ...options }: ProgramOptions): Promise<Ended> {
  return runCommand(process.execPath, ['--import', ONE_THREAD, path, ...args], options);
}

/** Runs `npm start`, as a user does but on one thread. */
export function npmStart(...args: string[]): Promise<Ended> {
  const env = { ...process.env, NODE_OPTIONS: `--import ${ONE_THREAD}` };
  return runCommand('npm', ['start', '--', ...args], { env });
}

function runCommand(command: string, args: string[], options: ExecFileOptions): Promise<Ended> {
  return new Promise((done) => {
    execFile(command, args, { ...options, encoding: 'utf8' }, (error, stdout, stderr) => {
      done({ code: error ? (error.code ?? error.signal ?? null) : 0, output: stdout + stderr });
    });
  });
}

/** Fails unless the program ended with an error that is said in words, not as a stack. */
export function expectError({ code, output }: Ended, message: RegExp | string): void {
  expect(code).toBe(1);
  expect(output).toMatch(message);
  expect(output).not.toContain('    at ');
}
