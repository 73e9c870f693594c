/** The command line of the experiments that need no files. */
import { Command } from 'commander';
import { number, shortErrors } from './arguments.js';
import { openFolder, type RunFolder } from './run-folder.js';

interface Choices {
  epochs: number;
  seed: number;
  /** Whether it is only a look at how the example runs. */
  quick: boolean;
  out: string;
  run: RunFolder;
}

/**
 * Reads the command line, and opens the folder.
 * @param name of the example, and of its folder in runs
 * @param more further flags, by what commander writes in their help
 * @returns the choices, with what was given for `more`
 */
export async function choicesOf<More extends object = object>(
  name: string,
  description: string,
  epochs: number,
  more: readonly [flags: string, help: string][] = [],
): Promise<Choices & Partial<More>> {
  shortErrors();
  const command = new Command()
    .name(name)
    .description(description)
    .option('--epochs <n>', 'how often every training image is seen', number(1, true), epochs)
    .option('--seed <n>', 'seed of the weights, the data and the order of the images', number(0, true), 0)
    .option('--quick', 'a look at how it runs, on few images; its figures mean nothing', false)
    .option('--out <dir>', 'folder for what it writes', `runs/${name}`)
    .allowExcessArguments(false)
    .showHelpAfterError();
  for (const [flags, help] of more) command.option(flags, help);
  const given = command.parse().opts<Omit<Choices, 'run'> & Partial<More>>();
  const { out, ...flags } = given;
  return { ...given, run: await openFolder(out, { example: name, flags }) };
}

/** As '98.3%'. */
export const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
