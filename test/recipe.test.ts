import { expect, test } from 'vitest';
import { network, SETTINGS, train } from '../examples/lib/recipe.js';
import { type Checkpoint, ConvgradError, Dataset, manualSeed, uniform } from '../src/index.js';
import { interruptible } from '../src/node/index.js';

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
  await expect(resumed({ lr: 0.5 })).rejects.toThrow(/begun with .*"lr":0.05,.*and this is .*"lr":0.5,/);
});

test('Ctrl-C is let go of when a training has ended, however it ended', async () => {
  const listening = () => process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
  const before = listening();
  expect(await interruptible(async () => listening())).toBe(before + 2);
  expect(listening()).toBe(before);
  await expect(interruptible(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(listening()).toBe(before);
});
