import { execFile } from 'node:child_process';

/** Runs an example as `npx tsx examples/NAME.ts` does; gives its exit code and all that it printed. */
export function runExample(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', 'tsx', `examples/${name}.ts`, ...args], (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout + stderr });
    });
  });
}
