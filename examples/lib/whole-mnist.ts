/** What mnist-99-in-seconds.ts and tiny-mnist.ts have in common: the command line, the digits, and the result. */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnistFull } from '../../datasets/full.js';
import { loadMnist } from '../../datasets/index.js';
import {
  type Dataset,
  evaluate,
  type FitOptions,
  fit,
  Generator,
  type Sequential,
  summary,
  weightHash,
} from '../../src/index.js';
import { progress, saveModel } from '../../src/node/index.js';
import { number } from './arguments.js';
import { openFolder, type RunFolder } from './run-folder.js';

export interface Choices {
  seed: number;
  epochs: number;
  out: string;
  heldOut: boolean;
  quick: boolean;
  folder: RunFolder;
}

export interface Digits {
  learn: Dataset;
  judge: Dataset;
  /** What the digits to judge by are, in words. */
  what: string;
}

/** Reads the command line, and opens the folder. */
export async function choices(name: string, description: string, epochs: number): Promise<Choices> {
  const given = new Command()
    .name(name)
    .description(description)
    .option('--epochs <n>', 'how often every training image is seen', number(1, true), epochs)
    .option('--seed <n>', 'seed of the weights and of the order of the images', number(0, true), 0)
    .option(
      '--out <dir>',
      `folder for what it writes (default: runs/${name}-seed<seed>, with -held-out or -quick behind)`,
    )
    .option('--held-out', 'judge on 5,000 training images, which are held out, and leave the test images alone', false)
    .option('--quick', 'a look at how it runs, on few digits of the package mnist; its accuracy means nothing', false)
    .allowExcessArguments(false)
    .showHelpAfterError()
    .parse()
    .opts<Omit<Choices, 'out' | 'folder'> & { out?: string }>();
  const kind = `${given.heldOut ? '-held-out' : ''}${given.quick ? '-quick' : ''}`;
  const { out = `runs/${name}-seed${given.seed}${kind}`, ...flags } = given;
  return { ...flags, out, folder: await openFolder(out, { example: name, ...flags }) };
}

/**
 * The digits to learn from, and those to judge by at the very end: the official 60,000 and 10,000. Whoever changes a
 * setting judges it by held-out training images. Settings that were chosen by the test images would have learned from
 * them, and the accuracy there would promise too much.
 */
export async function digits({ heldOut, quick }: Choices): Promise<Digits> {
  if (quick) {
    const { train, heldOut } = await loadMnist({ heldOut: 1000 });
    return { learn: train.take(1000), judge: heldOut, what: 'digits of the package mnist (a look, not a result)' };
  }
  const { train, test } = await loadMnistFull();
  if (!heldOut) return { learn: train, judge: test, what: 'official test images' };
  const [learn, judge] = train.split(5000, new Generator('held out')); // The same images whatever the seed.
  return { learn, judge, what: 'training images that were held out' };
}

/** Prints the model, trains it, judges it once at the end, and writes the model and the figures. */
export async function trainAndJudge(
  model: Sequential,
  { seed, epochs, out, folder }: Choices,
  { learn, judge, what }: Digits,
  recipe: FitOptions,
): Promise<void> {
  const table = summary(model, learn.inputShape);
  console.log(`${table}\n`);
  const before = process.cpuUsage();
  const { trainSeconds, imagesPerSecond } = await fit(model, learn, {
    epochs,
    seed,
    callbacks: [progress()],
    ...recipe,
  });
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;

  const { accuracy } = evaluate(model, judge);
  const hash = weightHash(model);
  console.log(
    `\naccuracy ${(100 * accuracy).toFixed(2)}% on ${judge.length} ${what}: ` +
      `${Math.round((1 - accuracy) * judge.length)} mistakes\n` +
      `seed ${seed}, ${table.parameters} parameters, ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} of ${learn.length} images\n` +
      `training took ${trainSeconds.toFixed(1)} s (${cpuSeconds.toFixed(1)} s of processor time on all cores together), ` +
      `${imagesPerSecond.toFixed(0)} images a second\n` +
      `weight hash ${hash} (the same seed and settings give the same hash)`,
  );
  await folder.save('metrics.json', {
    accuracy,
    judgedBy: what,
    parameters: table.parameters,
    weightHash: hash,
    trainSeconds,
    cpuSeconds,
    imagesPerSecond,
  });
  await saveModel(join(out, 'model.safetensors'), model, { weightHash: hash, seed: String(seed) });
  console.log(`written to ${out}: model.safetensors, metrics.json`);
}
