import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** More processes than cores: they let each other run, where one that waits would hold its core for 6 to 40 ms a step. */
const OPTIONS = ['--oversubscribe', '--bind-to', 'none', '--mca', 'mpi_yield_when_idle', '1'];
/** mpirun warns who is root in a container, which is who tests here. */
const AS_ROOT = process.getuid?.() === 0 ? ['--allow-run-as-root'] : [];

export interface Ranks {
  child: ChildProcess;
  /** When all have ended. */
  ended: Promise<{ stdout: string; stderr: string; code: number | null }>;
}

/** Starts a bundled program on so many ranks; `0` without mpirun. */
export function startRanks(size: number, program: string, args: readonly string[] = []): Ranks {
  const node = [process.execPath, '--import', new URL('../one-thread.mjs', import.meta.url).href, program, ...args];
  const [command, ...given] = size === 0 ? node : ['mpirun', ...AS_ROOT, ...OPTIONS, '-np', `${size}`, ...node];
  const child = spawn(command, given, { stdio: ['ignore', 'pipe', 'pipe'] });
  const end = async () => {
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout!),
      text(child.stderr!),
      once(child, 'close'),
    ]);
    return { stdout, stderr, code };
  };
  return { child, ended: end() };
}

/** Runs it to its end, and gives what the ranks printed, line by line, in the order of the lines. */
export async function runRanks(size: number, program: string, args: readonly string[] = []): Promise<string[]> {
  const { stdout, stderr, code } = await startRanks(size, program, args).ended;
  if (code !== 0) throw new Error(`ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout.trim().split('\n').sort();
}
