import { beforeAll, describe, expect, test } from 'vitest';
import { network, SETTINGS, train } from '../examples/lib/recipe.js';
import { Conv2D, Dataset, evaluate, FormatError, Generator, manualSeed, tensor } from '../src/index.js';
import {
  emergence,
  FilterTimeline,
  filterMetrics,
  type NullComparison,
  nullDistribution,
  quantile,
  randomLayers,
  readTimeline,
  type Timeline,
} from '../src/inspect/index.js';
import { readSafetensors, writeSafetensors } from '../src/io/index.js';
import { conclude } from '../src/report/conclusion.js';
import { studyFilters, studyText } from '../src/report/index.js';
import type { TrainingState } from '../src/train/callback.js';

/** Noise, and the same filters with an edge planted into each, more from step to step. */
const SHAPE = [12, 1, 5, 5];
function growing(strengths: number[]): Timeline {
  const generator = new Generator('growing');
  const noise = Float32Array.from({ length: 300 }, () => generator.normal());
  const edge = (i: number) => (i % 5 < 2 ? 1 : i % 5 > 2 ? -1 : 0);
  return {
    shape: SHAPE,
    snapshots: strengths.map((strength, i) => ({
      step: 10 * i,
      accuracy: 0.1 * i,
      loss: 2 - 0.1 * i,
      weights: noise.map((value, tap) => value + strength * edge(tap)),
    })),
  };
}

const nulls = [nullDistribution('normal', 5, { draws: 5000 })];

describe('studyFilters', () => {
  const timeline = growing([0, 0.2, 3, 0, 3, 4]);
  const { weights } = timeline.snapshots[5];
  const study = studyFilters(weights, SHAPE, { nulls, timeline });

  test('measures the layer after and before as emergence does', () => {
    const alone = emergence(weights, SHAPE, { nulls });
    expect(study.after.r2ori).toBe(alone.r2ori);
    expect(study.after.nulls).toEqual(alone.nulls);
    expect(study.before?.r2ori).toBe(emergence(timeline.snapshots[0].weights, SHAPE, { nulls }).r2ori);
    expect(study.after.filters.map((filter) => filter.class)).toEqual(new Array(12).fill('edge'));
    expect(study.after.filters[0]).toMatchObject({ angle: 90, nearest: { name: 'vertical edge (Prewitt)' } });
  });

  test('the timeline has the statistic and the 99th percentile of each step', () => {
    expect(study.timeline.map(({ step }) => step)).toEqual([0, 10, 20, 30, 40, 50]);
    const metrics = filterMetrics(timeline.snapshots[2].weights, SHAPE);
    expect(study.timeline[2].r2ori).toBeCloseTo(metrics.reduce((sum, { r2ori }) => sum + r2ori, 0) / 12, 12);
    expect(study.timeline[2].layer99).toEqual([quantile(randomLayers(nulls[0], 12), 0.99)]);
  });

  test('it left the null band at the step from which it stayed outside, not where it was outside first', () => {
    expect(study.leftNullBand).toEqual([{ kind: 'normal', step: 40 }]);
    const back = studyFilters(weights, SHAPE, { nulls, timeline: growing([0, 3, 0]) });
    expect(back.leftNullBand).toEqual([{ kind: 'normal', step: null }]);
  });

  test('is all figures: JSON gives it back', () => {
    expect(JSON.parse(JSON.stringify(study))).toEqual(study);
  });

  test('dead filters are reported and left out; a layer of dead filters has no statistic, and nothing follows', () => {
    const dying = weights.map((value, tap) => (tap < 50 ? 1e-6 * value : value));
    const partly = studyFilters(dying, SHAPE, { nulls });
    expect(partly.after).toMatchObject({ live: 10, classes: { dead: 2, edge: 10 } });
    expect(partly.before).toBeNull();
    const dead = studyFilters(new Float32Array(300), SHAPE, { nulls, timeline: growing([3, 0]) });
    expect(dead.after.r2ori).toBeNaN();
    expect(dead.conclusion).toBe('All filters are dead: nothing follows.');
    expect(studyText(dead)).toContain('dead');
  });

  test('as text: each filter, each null, the step, the conclusion', () => {
    const text = studyText(study);
    expect(text).toMatch(/^ *11 +edge +90° +0\.\d\d +\d+\.\d\d +vertical edge \(Prewitt\), 0\.\d\d$/m);
    expect(text).toMatch(/^before +0\.\d{3} +12 +\d+ +independent taps +0\.\d{3} +0\.\d{3} +0\.\d+ +0\.\d$/m);
    expect(text).toMatch(/^after .* ≤ 5e-5 +0\.\d$/m);
    expect(text).toContain('above 99% of random layers (independent taps): from step 40 on');
    expect(text).toContain(study.conclusion);
    expect(text).not.toMatch(/undefined|NaN/);
  });

  test('what does not fit is refused', () => {
    const other = { shape: [6, 2, 5, 5], snapshots: [] };
    expect(() => studyFilters(weights, SHAPE, { nulls, timeline: other })).toThrow(
      /timeline of filters \[12, 1, 5, 5\]/,
    );
    expect(() => studyFilters(weights, SHAPE, { nulls: [] })).toThrow(/expected nulls/);
    expect(() => studyFilters(weights, [12, 1, 5, 4], { nulls })).toThrow(/k from 3 to 11/);
  });
});

describe('conclude', () => {
  const layer = (...ps: [NullComparison['kind'], number][]) => ({
    live: 8,
    nulls: ps.map(([kind, p]) => ({ kind, p, pFloor: 5e-5 }) as NullComparison),
  });
  const noise = layer(['normal', 0.4], ['colored', 0.9]);

  test('edges beyond both nulls, after noise: before training they were not, and what does not follow', () => {
    const text = conclude(layer(['normal', 5e-5], ['colored', 0.002]), noise);
    expect(text).toMatch(
      /than random ones are \(p ≤ 5e-5\), and than random ones as smooth as the images are \(p = 0.002\)/,
    );
    expect(text).toMatch(/; before training they were not\. This does not show that the network needs edges/);
  });

  test('smoothness alone explains what does not pass the harder null', () => {
    expect(conclude(layer(['normal', 5e-5], ['colored', 0.2]), noise)).toMatch(/smoothness alone may explain them/);
  });

  test('of a layer and mixtures of its own filters, what these have in common explains what does not pass', () => {
    expect(conclude(layer(['normal', 5e-5], ['colored', 0.002], ['rotated', 0.3]), noise)).toMatch(
      /not more than random mixtures of themselves are \(p = 0.3\): .* what they have in common may explain them/,
    );
    expect(conclude(layer(['normal', 5e-5], ['colored', 0.02], ['rotated', 0.01]), noise)).toMatch(
      /^The filters are more like edges and lines than random ones are .*than random ones as smooth as the images are/,
    );
  });

  test('what is no more than noise says so, and so does what was there before training', () => {
    expect(conclude(noise, noise)).toMatch(
      /no more like edges and lines than random ones are \(p = 0.4\): nothing follows/,
    );
    const found = layer(['normal', 5e-5], ['colored', 0.002]);
    expect(conclude(found, found)).toMatch(/it does not follow that training made them so/);
    expect(conclude(found, null)).toMatch(/Nothing is known of them before training/);
  });

  test('a null that was not tried is named', () => {
    expect(conclude(layer(['normal', 0.001]), layer(['normal', 0.5]))).toMatch(
      /as smooth as the images were not tried/,
    );
  });
});

describe('FilterTimeline', () => {
  const generator = new Generator(5);
  const digits = (count: number) =>
    new Dataset(
      Float32Array.from({ length: count * 784 }, () => generator.uniform()),
      [1, 28, 28],
      Array.from({ length: count }, (_, i) => i % 10),
    );
  const data = { train: digits(160), heldOut: digits(20) };
  let timeline: FilterTimeline;
  let conv1: Conv2D;
  let finalAccuracy: number;
  beforeAll(async () => {
    manualSeed(1);
    const model = network({ filters: 4 });
    conv1 = model.at('conv1', Conv2D);
    timeline = new FilterTimeline(conv1.weight, { heldOut: data.heldOut });
    await train(model, data, { ...SETTINGS, epochs: 3, batchSize: 4 }, [timeline]);
    finalAccuracy = evaluate(model, data.heldOut).accuracy;
  });

  test('keeps the first step, the last, and more at the beginning', () => {
    expect(timeline.snapshots.map(({ step }) => step)).toEqual([0, 10, 20, 30, 50, 70, 100, 120]);
  });

  test('keeps copies of the weights, not the weights', () => {
    const [first, last] = [timeline.snapshots[0], timeline.snapshots[7]];
    manualSeed(1);
    expect(first.weights).toEqual(Float32Array.from(network({ filters: 4 }).at('conv1', Conv2D).weight.data));
    expect(last.weights).toEqual(Float32Array.from(conv1.weight.data));
    expect(first.weights).not.toEqual(last.weights);
  });

  test('accuracy is that on the held-out data', () => {
    expect(timeline.snapshots[7].accuracy).toBe(finalAccuracy);
    expect(timeline.snapshots.every(({ loss }) => loss > 0)).toBe(true);
  });

  test('goes into a safetensors file and comes back', () => {
    const { tensors } = readSafetensors(writeSafetensors(timeline.stateDict()));
    const back = readTimeline(tensors);
    expect(back.shape).toEqual([4, 1, 5, 5]);
    expect(back.snapshots).toEqual(timeline.snapshots);
  });

  test('steps may be chosen, and no held-out data means no accuracy', () => {
    const own = new FilterTimeline(conv1.weight, { steps: [3, 4] });
    const state = { model: network(), step: 0 } as unknown as TrainingState;
    own.onTrainBegin(state);
    for (state.step = 1; state.step <= 6; state.step++) own.onBatchEnd(state);
    state.step = 6;
    own.onTrainEnd(state);
    expect(own.snapshots.map(({ step }) => step)).toEqual([0, 3, 4, 6]);
    expect(own.snapshots[0].accuracy).toBeNaN();
  });

  test('what is no filter, no timeline or no option is refused', () => {
    expect(() => new FilterTimeline(tensor([1, 2]))).toThrow(/expected filters such as conv1.weight/);
    expect(() => new FilterTimeline(conv1.weight, { heldout: data.heldOut } as never)).toThrow(
      /unknown option 'heldout'/,
    );
    const { weights, ...rest } = timeline.stateDict();
    expect(() => readTimeline(rest)).toThrow(FormatError);
    expect(() => readTimeline({ ...rest, weights: tensor([1, 2, 3]) })).toThrow(/got weights \[3\]/);
    expect(() => readTimeline({ ...rest, weights, step: tensor([1, 2, 3]) })).toThrow(FormatError);
  });
});
