import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { shapes } from '../datasets/index.js';
import {
  Adam,
  ArgumentError,
  argmax,
  bceWithLogits,
  Conv2D,
  crossEntropy,
  Dataset,
  Dense,
  evaluate,
  Flatten,
  fit,
  Module,
  manualSeed,
  meanAbsoluteError,
  mseLoss,
  predict,
  ReLU,
  Sequential,
  sigmoid,
  slice,
  type Tensor,
} from '../src/index.js';
import { ablate } from '../src/inspect/index.js';
import { report } from '../src/report/index.js';

const { data } = shapes({ count: 120, angles: 2, seed: 3 });
const SHAPE = [1, 16, 16];
const bright = data.inputs.map((value) => (value > 0.5 ? 1 : 0));
/** [2, 16, 16] to [K], of the images and of what they show. */
const dataset = (targetShape: number[], targets: ArrayLike<number>) =>
  new Dataset(data.inputs, SHAPE, targets, { targetShape });
const numbersOf = (each: (label: number, i: number) => number[]) => Array.from(data.labels, each).flat();

const pixels = (channels: number) =>
  new Sequential(new Conv2D(1, 4, 3, { padding: 1 }), new ReLU(), new Conv2D(4, channels, 1));
const vector = (outputs: number) =>
  new Sequential(new Conv2D(1, 4, 3), new ReLU(), new Flatten(), new Dense(4 * 14 * 14, outputs));

class TwoHeads extends Module<[Tensor], [Tensor, Tensor]> {
  readonly conv = new Conv2D(1, 4, 3, { stride: 2 });
  readonly name = new Dense(4 * 49, 2);
  readonly place = new Dense(4 * 49, 2);
  override forward(x: Tensor): [Tensor, Tensor] {
    const features = this.conv.forward(x).relu().flatten(1);
    return [this.name.forward(features), this.place.forward(features)];
  }
}

function page(made: { html: string }) {
  const { document } = parseHTML(made.html);
  expect(made.html.replace(/data:[^"]*|<script>[\s\S]*<\/script>/g, '')).not.toMatch(
    /undefined|NaN|\bnull\b|\bfalse\b|Infinity|\[object/,
  );
  const text = (id: string) => document.getElementById(id)!.textContent!.replace(/\s+/g, ' ');
  return { document, text, main: document.querySelector('main')!.textContent!.replace(/\s+/g, ' ') };
}

describe('a report where targets are no classes', () => {
  test('of an autoencoder: curves, the loss without each filter, images beside what becomes of them', async () => {
    manualSeed(1);
    const images = dataset(SHAPE, data.inputs);
    const [train, heldOut] = images.split(40);
    const model = pixels(1);
    const measure = { loss: mseLoss, metrics: { absolute: meanAbsoluteError() } };
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    const history = await fit(model, train, { ...measure, optimizer, epochs: 3, validation: heldOut });
    const made = await report({ model, data: { train, heldOut }, history, ...measure });
    const { document, text, main } = page(made);
    const { loss, metrics } = evaluate(model, heldOut, measure);
    expect(made.figures.heldOut).toMatchObject({ loss, metrics, count: 40, accuracy: Number.NaN, confusion: [] });
    expect(main).not.toMatch(/accurac|class|named correctly|mistake/i);
    expect(main).toContain('computes numbers of shape [1, 16, 16] from each image');
    expect(text('reading')).toContain(
      `loss${Number(loss.toPrecision(3))} absolute${Number(metrics.absolute.toPrecision(3))}`,
    );
    expect(text('reading')).toContain(
      'The absolute over the epochs, of what the network learns from and of the validation data.',
    );
    expect(document.querySelectorAll('#reading svg').length).toBe(2); // Loss and metric.

    const without = ablate(model, '0', 2).run(() => evaluate(model, heldOut, measure).loss);
    expect(made.figures.ablation[2]).toMatchObject({ filter: 2, loss: without });
    expect(text('behavior')).toContain(String(Number(without.toPrecision(3))));

    const { examples } = made.figures.comparison!;
    const outputs = predict(model, heldOut).data;
    const errorOf = (i: number) => {
      const each = Array.from({ length: 256 }, (_, p) => Math.abs(outputs[256 * i + p] - heldOut.inputs[256 * i + p]));
      return each.reduce((sum, value) => sum + value) / 256;
    };
    const errors = Array.from({ length: 40 }, (_, i) => errorOf(i));
    expect(examples.length).toBe(6);
    expect(examples[0].error).toBeCloseTo(Math.min(...errors), 6);
    expect(examples[5].error).toBeCloseTo(Math.max(...errors), 6);
    for (const { index, error } of examples) expect(error).toBeCloseTo(errors[index], 6);
    expect(document.querySelectorAll('#reading .tops img').length).toBe(18);
  });

  test('of a segmentation: masks, by the output that is asked for', async () => {
    const one = await report({
      model: pixels(1),
      data: { heldOut: dataset(SHAPE, bright) },
      loss: bceWithLogits,
      output: sigmoid,
    });
    expect(page(one).document.querySelectorAll('#reading .tops img').length).toBe(18);
    expect(Math.max(...one.figures.comparison!.examples.flatMap(({ output }) => output))).toBeLessThan(1);

    const classes = dataset([16, 16], bright);
    const options = { model: pixels(2), data: { heldOut: classes }, loss: crossEntropy };
    const two = await report({ ...options, output: (logits) => argmax(logits, { axis: 1 }) });
    expect(page(two).document.querySelectorAll('#reading .tops img').length).toBe(18);
    expect(new Set(two.figures.comparison!.examples.flatMap(({ output }) => output)).size).toBeLessThan(3);
    // Logits have another shape than the targets: no comparison, and the rest of the page all the same.
    const three = await report(options);
    expect(three.figures.comparison).toEqual({ targets: [], examples: [] });
    expect(page(three).text('reading')).not.toContain('output');
  });

  test('of a regression: the error of each target beside that of the mean', async () => {
    const heldOut = dataset(
      [2],
      numbersOf((label, i) => [label, i / 10]),
    );
    const made = await report({
      model: vector(2),
      data: { heldOut },
      loss: mseLoss,
      targetNames: ['kind', 'number'],
    });
    const [kind, number] = made.figures.comparison!.targets;
    expect(kind).toMatchObject({ name: 'kind', yesNo: true });
    expect(number).toMatchObject({ name: 'number', yesNo: false });
    expect(number.guess).toBeCloseTo(3, 1); // A quarter of the range.
    expect(page(made).text('reading')).toContain('mean absolute error');
  });

  test('of one number an example, without an axis of its own', async () => {
    const made = await report({
      model: new Sequential(...vector(1), (x) => x.reshape([-1])),
      data: { heldOut: dataset([], data.labels) },
      loss: mseLoss,
    });
    expect(made.figures.comparison!.targets.map(({ name }) => name)).toEqual(['target 0']);
    page(made);
  });

  test('of several labels: how often each is wrong', async () => {
    const targets = numbersOf((label, i) => [label, 1 - label, i % 4 === 0 ? 1 : 0]);
    const made = await report({
      model: vector(3),
      data: { heldOut: dataset([3], targets) },
      loss: bceWithLogits,
      output: sigmoid,
    });
    const [first, , last] = made.figures.comparison!.targets;
    expect(last).toMatchObject({ name: 'target 2', yesNo: true, guess: 0.25 });
    expect(page(made).text('reading')).toContain(`target 0${(100 * first.error).toFixed(1)}%`);
  });

  test('of two heads: one of them compared', async () => {
    const heldOut = dataset(
      [2],
      numbersOf((label, i) => [label, i / 100]),
    );
    const made = await report({
      model: new TwoHeads(),
      data: { heldOut },
      loss: ([name, place], y) => crossEntropy(name, slice(y, 1, 0, 1).reshape([-1])).add(mseLoss(place, y)),
      output: ([, place]) => place,
    });
    expect(made.figures.comparison!.targets.length).toBe(2);
    page(made);
  });

  test('is refused without a loss, with several inputs, and with what is for numbers where there are classes', async () => {
    const heldOut = dataset(
      [2],
      numbersOf((label) => [label, 1]),
    );
    const model = vector(2);
    await expect(report({ model, data: { heldOut } })).rejects.toThrow('report: expected the loss, such as mseLoss');
    const names = { model, data: { heldOut }, loss: mseLoss, targetNames: ['a'] };
    await expect(report(names)).rejects.toThrow("report: expected 2 targetNames, got ['a']");
    await expect(report({ ...names, targetNames: 'ab' as never })).rejects.toThrow("got 'ab'");
    await expect(report({ ...names, targetNames: undefined, output: 3 as never })).rejects.toThrow(
      'report: expected output to be a function such as sigmoid, got 3',
    );
    await expect(report({ model, data: { heldOut: data }, output: sigmoid })).rejects.toThrow(
      'report: expected no output: it is for targets that are numbers, and these are classes',
    );
    const both = new Dataset([data.inputs, data.inputs], [SHAPE, SHAPE], data.labels);
    await expect(report({ model, data: { heldOut: both as never } })).rejects.toThrow(ArgumentError);
  });
});
