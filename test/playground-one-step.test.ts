import { beforeAll, describe, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { network } from '../examples/lib/recipe.js';
import { Lab } from '../examples/playground/src/convolution/lab.js';
import { arrowsOf, batchOf, judge, takeStep } from '../examples/playground/src/one-step/step.js';
import { oneStepEn } from '../examples/playground/src/one-step/texts.en.js';
import { oneStepZh } from '../examples/playground/src/one-step/texts.zh.js';
import type { Store } from '../examples/playground/src/state/store.js';
import { ACTS } from '../examples/playground/src/story/acts.js';
import type { Facts } from '../examples/playground/src/story/facts.js';
import { storyStepsEn } from '../examples/playground/src/story/steps.en.js';
import { STEPS } from '../examples/playground/src/story/steps.js';
import { storyStepsZh } from '../examples/playground/src/story/steps.zh.js';
import { weightsOf } from '../examples/playground/src/worker/weights.js';
import { crossEntropy, type Dataset, manualSeed, noGrad, tensor, weightHash } from '../src/index.js';

let heldOut: Dataset;
beforeAll(async () => {
  ({ heldOut } = await loadMnist({ seed: 0 }));
});

describe.each([
  [1, 3],
  [12, 5],
  [32, 7],
])('one step of a network of %d filters of %d x %d', (filters, kernelSize) => {
  const make = () => network({ filters, kernelSize });

  test('each weight is the one before less learning rate times gradient, and the loss falls', () => {
    manualSeed(1);
    const model = make();
    const hash = weightHash(model);
    const batch = batchOf(heldOut, 64);
    expect(batch.length).toBe(64);
    const lr = 0.05;
    const weights = weightsOf(model);
    const step = takeStep(make(), weights, batch, lr);
    expect(step.gradient.length).toBe(weights.length);
    expect(step.before).toEqual(weights);
    step.after.forEach((after, i) => {
      expect(after).toBeCloseTo(step.before[i] - lr * step.gradient[i], 7);
    });
    expect(step.judgedAfter.loss).toBeLessThan(step.judgedBefore.loss);
    expect(weightHash(model)).toBe(hash);

    // The losses are those of the network itself, and of what is said of each digit.
    const loss = noGrad(() =>
      crossEntropy(model.forward(tensor(batch.inputs, { shape: [64, 1, 28, 28] })), batch.labels).item(),
    );
    expect(step.judgedBefore.loss).toBe(loss);
    const mean = step.judgedBefore.given.reduce((sum, share) => sum - Math.log(share), 0) / 64;
    expect(mean).toBeCloseTo(loss, 5);
    const copy = make();
    expect(judge(copy, step.after, batch)).toEqual(step.judgedAfter);
  });

  test('a gradient says how the loss changes with a weight', () => {
    manualSeed(2);
    const weights = weightsOf(make());
    const batch = batchOf(heldOut, 64);
    const { gradient } = takeStep(make(), weights, batch, 0.05);
    const i = gradient.subarray(0, filters * kernelSize ** 2).reduce((best, slope, at, all) => {
      return Math.abs(slope) > Math.abs(all[best]) ? at : best;
    }, 0);
    const lossWith = (shift: number) => {
      const moved = weights.slice();
      moved[i] += shift;
      return judge(make(), moved, batch).loss;
    };
    const h = 0.02;
    const slope = (lossWith(h) - lossWith(-h)) / (2 * h);
    expect(Math.abs(slope / gradient[i] - 1)).toBeLessThan(0.1);
  });
});

test('arrows are as long as the changes, up where a weight grows', () => {
  const { most, reach } = arrowsOf(Float32Array.of(1, 2, 0, 0), Float32Array.of(1.5, 1, 0, 0.25));
  expect(most).toBe(1);
  expect(reach).toEqual([0.5, -1, 0, 0.25]);
  expect(arrowsOf(Float32Array.of(3, 4), Float32Array.of(3, 4))).toEqual({ most: 0, reach: [0, 0] });
});

/** What the texts speak of: the network before and after its training, with and without figures. */
const FACTS: Facts[] = [
  {
    filters: 12,
    batch: 64,
    map: 24,
    pooled: 12,
    step: 0,
    over: false,
    score: null,
    oriented: null,
    likeness: null,
    says: null,
    loss: null,
  },
  {
    filters: 8,
    batch: 1,
    map: 22,
    pooled: 11,
    step: 1410,
    over: true,
    score: { accuracy: '97.1%', step: 1410 },
    oriented: { count: 7, of: 8, step: 1400 },
    likeness: { first: '0.27', last: '0.71', step: 1400, verdict: 'smooth' },
    says: { digit: 7, share: '93.0%' },
    loss: { before: 2.3, after: 2.2 },
  },
];

describe('the story', () => {
  test('has ten steps, and for each a card, a deed and texts in both languages', () => {
    expect(STEPS).toHaveLength(10);
    for (const { steps } of [storyStepsEn, storyStepsZh]) expect(steps).toHaveLength(10);
    expect(ACTS).toHaveLength(10);
  });

  test.each([
    ['en', storyStepsEn.steps],
    ['zh', storyStepsZh.steps],
  ] as const)('says something in every state, and answers every guess (%s)', (_, steps) => {
    for (const [i, step] of steps.entries()) {
      expect(step.answers[ACTS[i].right]).toBeDefined();
      for (const facts of FACTS) {
        const say = (told: typeof step.text) => (typeof told === 'function' ? told(facts) : told);
        for (const told of [step.text, step.ask, step.task, ...step.answers.flat()]) {
          expect(say(told)).toMatch(/\S/);
          expect(say(told)).not.toMatch(/undefined|NaN|null/);
        }
        expect(new Set(step.answers.map(([answer]) => say(answer))).size).toBe(step.answers.length);
        // There is a loss once a step has been taken.
        if (step.title !== steps[5].title || facts.loss) expect(say(step.seen)).toMatch(/\S/);
      }
    }
  });

  test('the third step shows a digit that has not come yet as soon as it does, and takes nothing as done before', () => {
    const store = { lab: new Lab() } as Store;
    const { lab } = store;
    ACTS[2].begin?.(store);
    const done = ACTS[2].watch(store, new AbortController().signal);
    expect(lab.image.value.size).toBe(28);
    expect(done()).toBe(false);
    const pixels = Float32Array.from({ length: 28 * 28 }, (_, i) => Number(i % 28 < 14)); // An upright edge.
    lab.receive([{ pixels, label: 0 }], []);
    expect(lab.image.value.values).toBe(pixels);
    expect(done()).toBe(false); // The window stands where all is alike.
    lab.pointAtPixel(14, 14);
    expect(done()).toBe(true);
  });

  test('the step that is taken apart is told in both languages', () => {
    expect(Object.keys(oneStepZh)).toEqual(Object.keys(oneStepEn));
    expect(oneStepZh.rose('1', '2')).toMatch(/1.*2/);
  });
});
