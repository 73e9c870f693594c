import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { animalFaces } from '../datasets/animal-faces.js';
import { PARTS } from '../examples/lib/animals/drawings.js';
import type { Figures } from '../examples/lib/animals/table.js';
import { countsOf } from '../examples/playground/src/animals/counts.js';
import { drawingsOf, MOSAIC, mosaicOf, outlined, shade } from '../examples/playground/src/animals/drawings.js';
import { spread } from '../examples/playground/src/animals/seeds.js';
import { FIVE_SEEDS, readSizes, SIZES, stepsOf } from '../examples/playground/src/animals/sizes.js';
import {
  heldOutDrawings,
  learnedFor,
  measure,
  networkFor,
  scoredDrawings,
  trainFor,
} from '../examples/playground/src/animals/study.js';
import { animalsEn } from '../examples/playground/src/animals/texts.en.js';
import { animalsZh } from '../examples/playground/src/animals/texts.zh.js';
import { weightHash } from '../src/index.js';

const heldOut = heldOutDrawings();

test('an address may ask for a smaller training, and what cannot be is told', () => {
  expect(readSizes('?animals=600x2&seed=1')).toEqual({ learned: 600, epochs: 2 });
  expect(readSizes('?seed=1')).toBe(SIZES);
  for (const query of [
    '?animals=',
    '?animals=0x2',
    '?animals=64x1',
    '?animals=600',
    '?animals=-1x2',
    '?animals=600x2x1',
  ]) {
    expect(readSizes(query)).toBeNull();
  }
});

test.each(['animal', 'nose'] as const)(
  'measuring changes no weight, and tells the step: asked for the %s',
  async (question) => {
    const sizes = { learned: 130, epochs: 2 };
    const [watched, alone] = [networkFor(question, 3), networkFor(question, 3)];
    const data = learnedFor(question, 3, sizes);
    const steps: number[] = [];
    const look = (step: number) => {
      const measured = measure(question, watched, step, heldOut);
      steps.push(measured.step);
      // Two batches teach nothing: the controls' thresholds hold here, too.
      expect(countsOf(measured)).toEqual({ eye: 0, nose: 0, ear: 0 });
      expect(measured.accuracy).toBeLessThan(question === 'animal' ? 0.3 : 0.8);
      return measured;
    };
    const { filters } = look(0);
    expect(filters.length).toBe(32);
    for (const { top } of filters) {
      expect(top.every((piece) => piece.drawing < 150 && piece.top <= 44 && piece.left <= 44)).toBe(true);
    }
    await trainFor(question, 3, watched, data, sizes, [{ onEpochEnd: ({ step }) => void look(step) }]);
    await trainFor(question, 3, alone, data, sizes);
    expect(weightHash(watched)).toBe(weightHash(alone));
    expect(steps).toEqual([0, 3, stepsOf(sizes)]);
  },
);

test('both questions are asked about the same drawings', () => {
  const sizes = { learned: 24, epochs: 1 };
  const [animal, nose] = [learnedFor('animal', 5, sizes), learnedFor('nose', 5, sizes)];
  expect(nose.inputs).toEqual(animal.inputs);
  expect([animal.classes, nose.classes]).toEqual([12, 2]);
});

test('the page shows the drawings that filters are scored on, and lines around the parts that are asked for', () => {
  const drawings = scoredDrawings(heldOut);
  expect(drawings.faces.length).toBe(150);
  expect(drawings.faces[4]).toEqual(heldOut.truth[9]);
  const bare = outlined(drawings, 4, []);
  expect(Math.max(...bare)).toBeLessThan(256);
  expect(bare[2000] / 255).toBeCloseTo(heldOut.data.input(9)[2000] + 0.5, 2);
  const eyes = outlined(drawings, 4, ['eye']);
  const line = [...eyes.keys()].filter((i) => eyes[i] > 255);
  expect(line.length).toBeGreaterThan(10);
  // Around the eyes, never on them; with all parts there are more lines, each of its own color.
  expect(line.every((i) => eyes[i] === 256 && heldOut.given.masks.eye[9 * 4096 + i] === 0)).toBe(true);
  expect(new Set([...outlined(drawings, 4, PARTS)].filter((value) => value > 255))).toEqual(new Set([256, 257, 258]));
  expect(shade(256)).not.toEqual(shade(257));
  expect(shade(40)).toEqual([40, 40, 40]);
});

test('samples are drawn by the same program, and a mosaic has four pieces, or white', () => {
  const faces = animalFaces({ count: 12, seed: 'sample 0' });
  expect(new Set(faces.truth.map(({ animal }) => animal)).size).toBe(12);
  const drawings = drawingsOf(faces, [0, 7], 0);
  const mosaic = mosaicOf(drawings, [{ drawing: 1, top: 8, left: 12, onPart: true }]);
  expect(mosaic[3 * MOSAIC + 5]).toBe(drawings.pixels[4096 + (8 + 3) * 64 + 12 + 5]);
  expect(mosaic[MOSAIC * MOSAIC - 1]).toBe(255);
});

test('the texts quote the study as its results have it', () => {
  const { runs } = JSON.parse(readFileSync('examples/eyes-noses-ears/results.json', 'utf8')) as { runs: Figures[] };
  const ranges = (of: (run: Figures) => number) => [Math.min(...runs.map(of)), Math.max(...runs.map(of))];
  const [eye, nose, ear] = PARTS.map((part) => ranges(({ above }) => above[part]));
  const right = ranges(({ accuracy }) => 100 * accuracy).map((value) => value.toFixed(1));
  const asked = ranges(({ controls }) => controls.noseOnly.above.nose);
  expect(animalsEn.five.study).toContain(
    `${eye.join(' to ')} eye, ${nose.join(' to ')} nose and ${ear.join(' to ')} ear filters of 32, with ${right.join(' to ')}%`,
  );
  expect(animalsEn.five.study).toContain(`${asked.join(' to ')} nose filters, no ear filter`);
  expect(animalsZh.five.study).toContain(
    `眼睛的有 ${eye.join(' 到 ')} 个，鼻子 ${nose.join(' 到 ')} 个，耳朵 ${ear.join(' 到 ')} 个，名字答对 ${right.join('% 到 ')}%`,
  );
  expect(animalsZh.five.study).toContain(`找鼻子的 ${asked.join(' 到 ')} 个`);
  expect(runs.map(({ controls }) => controls.noseOnly.above.eye).sort()).toEqual([0, 0, 0, 0, 2]);
  expect(runs.every(({ controls }) => PARTS.every((part) => controls.untrainedTwin.above[part] === 0))).toBe(true);
});

test('the spread of a sample', () => {
  expect(spread([1, 2, 3])).toEqual({ mean: 2, deviation: 1 });
  expect(spread(FIVE_SEEDS.nose.nose).mean).toBeCloseTo(16.4, 10);
});
