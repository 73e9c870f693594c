import { expect, test } from 'vitest';
import { loadMnist } from '../../datasets/index.js';
import { NULL_TABLES } from '../../examples/playground/src/worker/null-tables.js';
import { storedNulls } from '../../examples/playground/src/worker/nulls.js';
import { drawTables } from '../../examples/playground/store-nulls.js';
import { quantile, randomLayers } from '../../src/inspect/filters/emergence.js';
import { nullDistribution } from '../../src/inspect/index.js';

test('the random filters that the page has stored are those that the digits give', async () => {
  expect(NULL_TABLES).toEqual(await drawTables());
}, 60_000);

test('layers of stored random filters are like those of drawn ones', async () => {
  const { train } = await loadMnist({ seed: 0 });
  for (const stored of storedNulls(5)) {
    // The page's own were drawn with seed 0.
    const drawn = nullDistribution(stored.kind, 5, stored.kind === 'colored' ? { patches: train } : {});
    expect(storedNulls(5)).toContain(stored); // What is computed of it is kept with it.
    for (const name of ['edge', 'line', 'blob', 'unclassified'] as const) {
      expect(stored.classes[name]).toBeCloseTo(drawn.classes[name], 9);
    }
    for (const filters of [1, 12, 32]) {
      const layers = [stored, drawn].map((each) => randomLayers(each, filters));
      const [own, theirs] = layers.map((each) => quantile(each, 0.99));
      expect(Math.abs(own - theirs)).toBeLessThan(0.008);
      for (const p of [0.05, 0.005]) {
        const bound = quantile(layers[1], 1 - p);
        const share = layers[0].filter((mean) => mean >= bound).length / layers[0].length;
        expect(share).toBeGreaterThan(0.7 * p);
        expect(share).toBeLessThan(1.4 * p);
      }
    }
  }
}, 60_000);
