import { expect, test } from 'vitest';
import { type Callback, Dataset, Dense, DivergenceError, fit, Sequential, SGD } from '../src/index.js';
import { progress } from '../src/node/index.js';

const data = new Dataset([-1, 1, -2, 2], [1], [0, 1, 0, 1]);

/** Trains with a progress callback; gives what it wrote. */
async function watch(isTTY: boolean, lr: number, inputs = data) {
  const model = new Sequential(new Dense(1, 2));
  let written = '';
  const stream = { isTTY, write: (text: string) => (written += text) };
  const optimizer = new SGD(model.parameters(), { lr });
  const run = fit(model, inputs, { optimizer, epochs: 2, callbacks: [progress(stream)] });
  const error = await run.then(
    () => null,
    (caught: unknown) => caught,
  );
  return { written, error };
}

test('away from a terminal: one line an epoch', async () => {
  const { written, error } = await watch(false, 0.1);
  expect(error).toBe(null);
  expect(written).toMatch(
    /^(epoch [12]\/2 {2}train: loss \d\.\d{4}, accuracy \d+\.\d% {2}\(\d+ images\/s, .* s\)\n){2}$/,
  );
});

test('on a terminal: a bar, and a line an epoch that stays', async () => {
  const { written } = await watch(true, 0.1);
  expect(written).toContain('epoch 1/2 ');
  expect(written.match(/train: loss/g)).toHaveLength(2);
});

test('when training fails the bar goes and the cursor comes back', async () => {
  const { written, error } = await watch(true, 0.1, new Dataset([Number.NaN], [1], [0], 2));
  expect(error).toBeInstanceOf(DivergenceError);
  expect(written.lastIndexOf('\x1B[?25h')).toBeGreaterThan(written.lastIndexOf('\x1B[?25l'));
});

test.each([true, false])('a training that ends early says why; the bar goes (on a terminal: %s)', async (isTTY) => {
  const model = new Sequential(new Dense(1, 2));
  let written = '';
  const stream = { isTTY, write: (text: string) => (written += text) };
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const stop: Callback = { onBatchEnd: (state) => (state.step === 3 ? state.stop('enough') : undefined) };
  await fit(model, data, { optimizer, epochs: 9, batchSize: 2, callbacks: [progress(stream), stop] });
  expect(written).toMatch(/ended in epoch 2, after batch 1: enough\n$/);
  expect(written.lastIndexOf('\x1B[?25h')).toBeGreaterThanOrEqual(written.lastIndexOf('\x1B[?25l'));
});
