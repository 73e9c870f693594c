import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { network, SETTINGS, train } from '../examples/lib/recipe.js';
import { checkpointIn, openFolder } from '../examples/lib/run-folder.js';
import {
  ArgumentError,
  type Checkpoint,
  ConvgradError,
  Dataset,
  fit,
  manualSeed,
  SGD,
  type TrainingState,
  uniform,
} from '../src/index.js';
import { checkpoint, interruptible } from '../src/node/index.js';
import { readJson } from './read-files.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder('recipe');

test('a training of the recipe is resumed with the settings that it was begun with, or not at all', async () => {
  manualSeed(1);
  const labels = Array.from({ length: 20 }, (_, i) => i % 10);
  const digits = new Dataset(uniform([20, 1, 28, 28]).data as Float32Array, [1, 28, 28], labels, 10);
  const both = { train: digits, heldOut: digits };
  const settings = { ...SETTINGS, epochs: 2, batchSize: 10 };
  let saved: Checkpoint | undefined;
  const keep = {
    onEpochEnd(state: { checkpoint(): Checkpoint }) {
      saved ??= state.checkpoint();
    },
  };
  await train(network(), both, settings, [keep]);
  const resumed = (changed: object) => train(network(), both, { ...settings, ...changed }, [], { resume: saved });
  expect((await resumed({})).epochs).toHaveLength(2);
  for (const changed of [{ lr: 0.5 }, { epochs: 3 }, { optimizer: 'adam' }, { weightDecay: 0 }]) {
    await expect(resumed(changed)).rejects.toThrow(ConvgradError);
  }
  await expect(resumed({ lr: 0.5 })).rejects.toThrow(
    'resume: the checkpoint was made with optimizer.0.lr 0.05, got 0.5',
  );
});

test('the folder of a run that was stopped is known by its checkpoint', async () => {
  const path = join(folder, 'run');
  const file = join(path, 'run.checkpoint');
  const settings = { ...SETTINGS, epochs: 2, batchSize: 10 };
  await openFolder(path, settings);
  expect(await checkpointIn(file)).toBe(undefined);
  manualSeed(1);
  const digits = new Dataset(uniform([20, 1, 28, 28]).data as Float32Array, [1, 28, 28], Array(20).fill(0), 10);
  const stop = { onEpochEnd: (state: TrainingState) => state.stop('enough') };
  await train(network(), { train: digits, heldOut: digits }, settings, [checkpoint(file), stop]);
  await openFolder(path, settings);
  await expect(openFolder(path, { ...settings, epochs: 3 })).rejects.toThrow('holds a run with {"epochs":2,');
  expect((await checkpointIn(file))?.position.epoch).toBe(1);
  writeFileSync(file, 'damaged'); // Nobody can go on from it.
  await openFolder(path, { ...settings, epochs: 3 });
  await expect(checkpointIn(file)).rejects.toThrow(ConvgradError);
});

test('the folder of a run that has ended is known by its figures, whatever their file is called', async () => {
  for (const name of ['metrics.json', 'results.json', 'figures.json'] as const) {
    const path = join(folder, name.slice(0, 4));
    const settings = { example: 'mine', seed: 1, sizes: [1, 2], data: null };
    await (await openFolder(path, settings)).save(name, { accuracy: 0.5 });
    expect(readJson(path, name)).toEqual({ ...settings, accuracy: 0.5 });
    await (await openFolder(path, settings)).save(name, { accuracy: 0.6 }); // Done again.
    const others = [{ example: 'other' }, { seed: 2 }, { sizes: [2, 1] }, { data: 'x' }, { more: 1 }];
    for (const changed of others) {
      const opened = openFolder(path, { ...settings, ...changed });
      await expect(opened).rejects.toThrow(ArgumentError);
      await expect(opened).rejects.toThrow(
        /holds a run with \{"example":"mine".*\}, and this is \{.*\}: give it another/,
      );
    }
    expect(readJson(path, name)).toEqual({ ...settings, accuracy: 0.6 });
    for (const foreign of ['{"a', 'null', '3', '{"a":1}', '[]']) {
      writeFileSync(join(path, name), foreign);
      await expect(openFolder(path, settings)).rejects.toThrow(`holds something else, see ${name}, and this is {`);
    }
  }
});

test('a folder with the checkpoint of another training is not free', async () => {
  const path = join(folder, 'foreign');
  manualSeed(1);
  const digits = new Dataset(uniform([20, 1, 28, 28]).data as Float32Array, [1, 28, 28], Array(20).fill(0), 10);
  const model = network();
  await fit(model, digits, {
    optimizer: new SGD(model.parameters()),
    callbacks: [checkpoint(join(path, 'run.checkpoint'))],
  });
  await expect(openFolder(path, SETTINGS)).rejects.toThrow('holds something else, see run.checkpoint, and this is {');
});

test('Ctrl-C is let go of when a training has ended, however it ended', async () => {
  const listening = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
  const before = listening();
  expect(await interruptible(async () => listening())).toBe(before + 2);
  expect(listening()).toBe(before);
  await expect(interruptible(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(listening()).toBe(before);
});
