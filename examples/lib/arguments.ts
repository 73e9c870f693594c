/** What the examples' command lines have in common. */
import { InvalidArgumentError } from 'commander';
import { ConvgradError } from '../../src/index.js';

/** Says what convgrad refuses in one line: a folder that cannot be made, a training that diverges. */
export function shortErrors(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error; // Nobody reads on, as after `| head -1`: the work goes on.
  });
  process.on('uncaughtException', (error) => {
    console.error(error instanceof ConvgradError ? `error: ${error.message}` : error);
    process.exit(1);
  });
}

/** Reads a number from the command line. */
export const number = (least: number, whole: boolean) => (text: string) => {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least && (!whole || Number.isSafeInteger(value)))
    return value;
  const [kind, most] = whole ? ['a whole number', ' and below 2^53'] : ['a number', ''];
  throw new InvalidArgumentError(`Expected ${kind} of at least ${least}${most}.`);
};
