import { signal } from '@preact/signals';
import { describe, expect, test } from 'vitest';
import {
  fieldOf,
  indexOf,
  numberAt,
  type Unit,
  under,
  winnerOf,
  winnersIn,
  within,
} from '../examples/playground/src/network/fields.js';
import {
  extentOf,
  marksOf,
  outlineOf,
  paint,
  placeAt,
  placeBeside,
  sheetOf,
} from '../examples/playground/src/network/sheet.js';
import { convolutionSum, denseSum, silenced, softmaxOf } from '../examples/playground/src/network/sums.js';
import { type Maps, STAGES, type Stage, traceOf } from '../examples/playground/src/network/trace.js';
import { View } from '../examples/playground/src/network/view.js';
import { DEFAULTS, type Settings } from '../examples/playground/src/state/settings.js';
import { networkOf } from '../examples/playground/src/worker/job.js';
import { Conv2D, conv2d, maxPool2d, noGrad, relu, type Tensor, tensor } from '../src/index.js';
import { diverging } from '../src/inspect/index.js';
import { Generator } from '../src/random.js';

const pixels = (seed: number) => {
  const generator = new Generator(seed);
  return Float32Array.from({ length: 784 }, () => Math.max(0, generator.uniform(-1, 1)));
};
const traced = (settings: Partial<Settings> = {}, seed = 1) => {
  const model = networkOf({ ...DEFAULTS, filters: 4, seed: 3, ...settings });
  return { model, trace: traceOf(model, pixels(seed)) };
};
const unitsOf = (stage: Stage, { channels, height, width }: Maps): Unit[] =>
  Array.from({ length: channels * height * width }, (_, i) => ({
    stage,
    channel: Math.floor(i / (height * width)),
    row: Math.floor(i / width) % height,
    column: i % width,
  }));
const asTensor = ({ channels, height, width, values }: Maps): Tensor =>
  tensor(values, { shape: [1, channels, height, width] });

describe.each([3, 5, 7])('a network with filters of %i numbers a side', (kernelSize) => {
  const { model, trace } = traced({ kernelSize });
  const { stages, sums } = trace;

  test('every stage is what the operations give, with ReLU before the pooling', () => {
    noGrad(() => {
      const conv1 = model.at('conv1', Conv2D).weight;
      const { weight, bias } = model.at('conv2', Conv2D);
      const first = relu(conv2d(asTensor(stages.input), conv1));
      const pooled = maxPool2d(first, 2);
      const second = relu(conv2d(pooled, weight, bias));
      const last = maxPool2d(second, 2);
      for (const [stage, expected] of [
        ['conv1', first],
        ['pool1', pooled],
        ['conv2', second],
        ['pool2', last],
      ] as const) {
        expect(expected.shape, stage).toEqual([1, stages[stage].channels, stages[stage].height, stages[stage].width]);
        expect(Math.max(...stages[stage].values.map((value, i) => Math.abs(value - expected.data[i])))).toBeLessThan(
          1e-6,
        );
      }
      const logits = model.forward(asTensor(stages.input)).data;
      expect(Array.from(trace.logits)).toEqual(Array.from(logits));
    });
  });

  test('sums written out are what the convolutions and the dense layer give', () => {
    for (const stage of ['conv1', 'conv2'] as const) {
      for (const unit of unitsOf(stage, sums[stage]).filter((_, i) => i % 37 === 0)) {
        const { parts, bias, total, height } = convolutionSum(trace, stage, unit);
        expect(parts.length).toBe(stage === 'conv1' ? 1 : 4);
        expect(height).toBe(stage === 'conv1' ? kernelSize : 3);
        expect(bias === null).toBe(stage === 'conv1');
        expect(parts.reduce((sum, part) => sum + part.sum, bias ?? 0)).toBeCloseTo(total, 12);
        expect(total).toBeCloseTo(sums[stage].values[indexOf(sums[stage], unit)], 5);
        expect(numberAt(trace, unit)).toBe(Math.max(0, sums[stage].values[indexOf(sums[stage], unit)]));
      }
      const { zeros, all } = silenced(trace, stage);
      expect(zeros).toBe(Array.from(sums[stage].values).filter((value) => value < 0).length);
      expect(all).toBe(sums[stage].values.length);
    }
    for (let digit = 0; digit < 10; digit++) {
      expect(denseSum(trace, digit).total).toBeCloseTo(trace.logits[digit], 5);
      expect(denseSum(trace, digit).parts.length).toBe(16);
    }
    softmaxOf(trace.logits).shares.forEach((share, digit) => {
      expect(share).toBeCloseTo(stages.classes.values[digit], 6);
    });
  });

  // Whatever is outside of a field is changed, and the number stays; whatever it says that won is changed, and it does not.
  test.each(STAGES.slice(1))('nothing outside of a receptive field matters to %s', (stage) => {
    const units = unitsOf(stage, stages[stage]);
    const generator = new Generator(7);
    for (let round = 0; round < 12; round++) {
      const unit = units[generator.integer(units.length)];
      const field = fieldOf(trace, unit).input!;
      const reaches = ({ row, column }: { row: number; column: number }) =>
        row >= field.top && row < field.top + field.height && column >= field.left && column < field.left + field.width;
      expect(
        [field.top, field.left, 28 - field.top - field.height, 28 - field.left - field.width].every((n) => n >= 0),
      ).toBe(true);
      const other = stages.input.values.map((value, i) =>
        reaches({ row: Math.floor(i / 28), column: i % 28 }) ? value : 1 - value,
      );
      const changed = traceOf(model, other);
      expect(numberAt(changed, unit)).toBe(numberAt(trace, unit));
    }
  });

  test('a receptive field is no larger than it must be: its corners matter', () => {
    for (const stage of ['conv1', 'pool1', 'conv2', 'pool2'] as const) {
      // Untrained weights are nowhere 0, so each pixel changes the sum unless a pooling hides it: try all maps.
      const { height, width } = stages[stage];
      const place = { row: Math.floor(height / 2), column: Math.floor(width / 2) };
      const { top, left, height: tall, width: wide } = fieldOf(trace, { stage, channel: 0, ...place }).input!;
      for (const corner of [top * 28 + left, (top + tall - 1) * 28 + left + wide - 1]) {
        const moved = [50, -50].flatMap((ink) => {
          const changed = traceOf(model, stages.input.values.with(corner, ink));
          return Array.from({ length: stages[stage].channels }, (_, channel) => {
            const unit = { stage, channel, ...place };
            return numberAt(changed, unit) !== numberAt(trace, unit);
          });
        });
        expect(moved, `${stage}, pixel ${corner}`).toContain(true);
      }
    }
  });

  test('who won a pooling is who gets its gradient', () => {
    for (const [stage, from] of [
      ['pool1', 'conv1'],
      ['pool2', 'conv2'],
    ] as const) {
      const x = asTensor(sums[from]);
      x.requiresGrad = true;
      maxPool2d(x, 2).sum().backward();
      for (const unit of unitsOf(stage, stages[stage])) {
        const winner = winnerOf(trace, stage, unit);
        const taught = [0, 1, 2, 3].findIndex((i) => x.grad!.data[indexOf(sums[from], under(unit, i))] === 1);
        expect(winner).toBe(numberAt(trace, unit) > 0 ? taught : null);
        if (winner === null) continue;
        expect(stages[from].values[indexOf(stages[from], under(unit, winner))]).toBe(numberAt(trace, unit));
      }
    }
  });
});

test('the winners in a field are those of its windows, in each map that it reaches', () => {
  const { trace } = traced();
  const unit = { stage: 'pool2', channel: 3, row: 1, column: 2 } as const;
  const field = fieldOf(trace, unit);
  expect(field).toEqual({
    pool2: { top: 1, left: 2, height: 1, width: 1, channel: 3 },
    conv2: { top: 2, left: 4, height: 2, width: 2, channel: 3 },
    pool1: { top: 2, left: 4, height: 4, width: 4, channel: null },
    conv1: { top: 4, left: 8, height: 8, width: 8, channel: null },
    input: { top: 4, left: 8, height: 12, width: 12, channel: null },
  });
  expect(winnersIn(trace, field, 'pool2').length).toBe(numberAt(trace, unit) > 0 ? 1 : 0);
  const windows = unitsOf('pool1', trace.stages.pool1).filter(
    ({ row, column }) => row >= 2 && row < 6 && column >= 4 && column < 8,
  );
  const positive = windows.filter((each) => numberAt(trace, each) > 0);
  expect(winnersIn(trace, field, 'pool1')).toEqual(
    positive.map((each) => under(each, winnerOf(trace, 'pool1', each)!)),
  );
  // A class sees all of it, but for what the poolings leave over.
  expect(fieldOf(trace, { stage: 'classes', channel: 5, row: 0, column: 0 }).input).toEqual({
    ...{ top: 0, left: 0, height: 28, width: 28, channel: null },
  });
});

test('a unit that a smaller network does not have is the nearest that it has', () => {
  const { trace } = traced({ filters: 2, kernelSize: 7 });
  expect(within(trace, { stage: 'conv1', channel: 11, row: 23, column: 5 })).toEqual({
    ...{ stage: 'conv1', channel: 1, row: 21, column: 5 },
  });
});

test('softmax of logits that no exponential holds', () => {
  expect(softmaxOf([1000, 1000, -1000]).shares).toEqual([0.5, 0.5, 0]);
});

describe('maps on a sheet', () => {
  const { trace } = traced({ filters: 5 });
  const sheet = sheetOf(trace.stages.conv1, 3);

  test('every number stands where it is found', () => {
    const [width, height] = extentOf(sheet);
    expect([sheet.gap, width, height]).toEqual([2, 3 * 24 + 2 * 2, 2 * 24 + 2]);
    const image = { width, height, data: new Uint8ClampedArray(4 * width * height) } as ImageData;
    paint(image, sheet, trace.stages.conv1.values, 'signed', 1);
    const seen = new Set<string>();
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const pixel = Array.from(image.data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4));
        const place = placeAt(sheet, x + 0.5, y + 0.5);
        if (pixel[3] === 0) continue; // Between two maps.
        const value = numberAt(trace, { ...place!, stage: 'conv1' });
        const steps = diverging(value).map((part, i) => Math.abs(part - pixel[i]));
        expect(Math.max(...steps), `${x}, ${y}`).toBeLessThanOrEqual(3);
        seen.add(JSON.stringify(place));
      }
    }
    expect(seen.size).toBe(5 * 24 * 24);
    expect(placeAt(sheet, width - 1, height - 1)).toBe(null); // There is no sixth map.
    expect(placeAt(sheet, 24.2, 3)).toEqual({ channel: 0, row: 3, column: 23 });
  });

  test('arrow keys go from map to map, and stay at the rim', () => {
    const from = { channel: 1, row: 23, column: 23 };
    expect(placeBeside(sheet, from, 0, 1)).toEqual({ channel: 2, row: 23, column: 0 });
    expect(placeBeside(sheet, from, 1, 0)).toEqual({ channel: 4, row: 0, column: 23 });
    expect(placeBeside(sheet, from, -1, 0)).toEqual({ channel: 1, row: 22, column: 23 });
    const last = { channel: 4, row: 23, column: 23 };
    expect(placeBeside(sheet, last, 0, 1)).toEqual(last);
    expect(placeBeside(sheet, last, 1, 0)).toEqual(last);
    expect(placeBeside(sheet, { channel: 3, row: 0, column: 0 }, 0, -1)).toEqual({ channel: 3, row: 0, column: 0 });
    expect(placeBeside(sheet, { channel: 3, row: 0, column: 0 }, -1, 0)).toEqual({ channel: 0, row: 23, column: 0 });
  });

  test('outlines and marks stand in their maps', () => {
    const span = { top: 2, left: 3, height: 4, width: 5, channel: 4 };
    expect(outlineOf(sheet, span)).toBe('M29 28h5v4h-5z');
    expect(outlineOf(sheet, { ...span, channel: null }).match(/M/g)!.length).toBe(5);
    expect(marksOf(sheet, [{ channel: 1, row: 0, column: 2 }], 0.5)).toBe('M28.25 0.25h0.5v0.5h-0.5z');
  });
});

describe('levels', () => {
  const unit = (stage: Stage, channel = 2, row = 5): Unit => ({ stage, channel, row, column: 6 });
  const opened = () => {
    const filters = { conv1: signal(0), conv2: signal(0) };
    return { view: new View(filters), filters };
  };

  test('a click opens, a first tap only shows, and a second one near it opens what was shown', () => {
    const { view, filters } = opened();
    view.press('layer', unit('pool1'), true);
    expect([view.level.value, view.unit.value]).toEqual(['overview', unit('pool1')]);
    view.press('layer', unit('pool1', 3), true);
    expect([view.level.value, view.unit.value]).toEqual(['layer', unit('pool1')]);
    view.press('number', unit('pool1', 2, 8), true);
    expect([view.level.value, view.unit.value]).toEqual(['layer', unit('pool1', 2, 8)]);
    view.press('number', unit('pool1', 2, 9), true);
    expect([view.level.value, view.unit.value]).toEqual(['number', unit('pool1', 2, 8)]);
    view.press('layer', unit('conv2', 7), false);
    expect([view.level.value, view.unit.value, filters.conv2.value, filters.conv1.value]).toEqual([
      'layer',
      unit('conv2', 7),
      7,
      0,
    ]);
  });

  test('Escape goes up level by level, and says when there is none', () => {
    const { view } = opened();
    view.open('number', unit('conv1'));
    view.pointed.value = unit('input');
    expect(view.unit.value).toEqual(unit('input'));
    expect([view.up(), view.level.value, view.unit.value]).toEqual([true, 'layer', unit('conv1')]);
    expect([view.up(), view.level.value]).toEqual([true, 'overview']);
    expect(view.up()).toBe(false);
  });
});
