import { beforeAll, describe, expect, test, vi } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { colored } from '../src/inspect/filters/colored.js';
import { emergence, quantile, randomLayers } from '../src/inspect/filters/emergence.js';
import { filterMetrics } from '../src/inspect/filters/metrics.js';
import { type NullDistribution, nullDistribution } from '../src/inspect/filters/nulls.js';
import { Generator } from '../src/random.js';
import { noise, oriented, picture } from './filter-samples.js';
import { expectShare, kolmogorov, mean, sum, variance } from './statistics.js';

const LAYERS = 20_000;
const normal5 = nullDistribution('normal', 5);
const classes = { edge: 0.2, line: 0.1, blob: 0, unclassified: 0.7 };
/** A null whose draws have these R2ori. */
const given = (r2ori: number[], sources = 1): NullDistribution => ({
  kind: sources > 1 ? 'permuted' : 'normal',
  size: 5,
  channels: 1,
  r2ori: Float64Array.from(r2ori),
  classes,
  sources,
});

/** A layer of `count` 5x5 filters of noise; the first `planted` are edges and lines at random angles with a little noise. */
function layer(seed: number | string, planted: number, count = 8): Float32Array {
  const generator = new Generator(`layer ${seed}`);
  const all = noise(`noise ${seed}`, count * 25);
  for (let i = 0; i < planted; i++) {
    const taps = oriented(i % 2 === 0 ? 'edge' : 'line', 5, generator.uniform(0, 360), generator.uniform(0.9, 1.6));
    const length = Math.hypot(...taps);
    taps.forEach((tap, t) => {
      all[i * 25 + t] = (5 * tap) / length + 0.2 * all[i * 25 + t];
    });
  }
  return all;
}

describe('planted edges and lines', () => {
  test('as many are found as were planted, and the p-value falls with their number', () => {
    const results = [0, 1, 2, 3, 4, 6, 8].map((planted) => {
      const layers = Array.from({ length: 6 }, (_, i) =>
        emergence(layer(i, planted), [8, 1, 5, 5], { nulls: [normal5] }),
      );
      for (const { filters } of layers) {
        for (const { r2ori } of filters.slice(0, planted)) expect(r2ori).toBeGreaterThan(0.6);
        expect(filters.slice(0, planted).every((each) => each.class === 'edge' || each.class === 'line')).toBe(true);
      }
      // Beyond those, chance: about 0.8% of up to 48 filters.
      const chance = layers.reduce((sum, { oriented }) => sum + oriented, 0) - 6 * planted;
      expect(chance).toBeGreaterThanOrEqual(0);
      expect(chance).toBeLessThanOrEqual(3);
      return layers.map(({ nulls, r2ori }) => ({ ...nulls[0], r2ori }));
    });
    const [none, one, , three, ...more] = results;
    expect(Math.max(...none.map(({ p }) => p))).toBeGreaterThan(0.5);
    expect(one.filter(({ p }) => p < 0.05).length).toBeGreaterThan(3);
    expect(Math.max(...three.map(({ p }) => p))).toBeLessThan(0.001);
    for (const nulls of more) expect(Math.max(...nulls.map(({ p }) => p))).toBe(1 / (1 + LAYERS));
    const statistics = results.map((nulls) => mean(nulls.map(({ r2ori }) => r2ori)));
    expect([...statistics].sort((a, b) => a - b)).toEqual(statistics);
    expect(results[6].every(({ pFloor, p }) => p === pFloor)).toBe(true);
  });

  test('what is planted is found at its angle; the planted ones with their taps in random order are not', () => {
    const weights = layer('angles', 8);
    const permuted = nullDistribution('permuted', 5, { filters: weights, draws: 8 * 500 });
    const { strong, r2ori, nulls } = emergence(weights, [8, 1, 5, 5], { nulls: [normal5, permuted] });
    expect([strong > 3, r2ori > 0.7]).toEqual([true, true]);
    expect(nulls.map(({ kind, p }) => [kind, p])).toEqual([
      ['normal', 1 / (1 + LAYERS)],
      ['permuted', 1 / (1 + LAYERS)],
    ]);
    expect(Math.abs(nulls[1].mean - nulls[0].mean)).toBeLessThan(0.05);
  });
});

describe('where nothing was planted, p is spread evenly', () => {
  const COUNT = 100;
  /**
   * The p-values of layers of four 3x3 filters. Against one null all are compared with the same random layers, 20,000:
   * those are off by chance by 0.01, and 100 p-values by 0.1.
   */
  const values = (weights: (i: number) => Float32Array, nullOf: (weights: Float32Array) => NullDistribution) =>
    Array.from({ length: COUNT }, (_, i) => {
      const taps = weights(i);
      return emergence(taps, [4, 1, 3, 3], { nulls: [nullOf(taps)] }).nulls[0].p;
    });
  const expectEven = (p: number[]) => {
    expect(kolmogorov(p, (x) => x)).toBeLessThan(1.95);
    expectShare(p.filter((each) => each < 0.05).length / COUNT, 0.05, COUNT);
    expect(Math.min(...p)).toBeGreaterThan(0);
  };
  const white = (i: number) => noise(`white ${i}`, 36);
  let images: Awaited<ReturnType<typeof loadMnist>>['train'];
  beforeAll(async () => {
    images = (await loadMnist()).train;
  });
  const tinted = () => {
    const draw = colored(3, images, new Generator('tinted'));
    return Array.from({ length: COUNT }, () =>
      Float32Array.from([draw(), draw(), draw(), draw()].flatMap((w) => [...w])),
    );
  };

  test('normal layers against the normal null', () => {
    const null3 = nullDistribution('normal', 3, { draws: 10_000 });
    expectEven(values(white, () => null3));
  });

  test('colored layers against the colored null; against the normal one they stand out', () => {
    const layers = tinted();
    const [own, wrong] = [
      nullDistribution('colored', 3, { patches: images, draws: 10_000 }),
      nullDistribution('normal', 3, { draws: 10_000 }),
    ];
    expectEven(
      values(
        (i) => layers[i],
        () => own,
      ),
    );
    const p = values(
      (i) => layers[i],
      () => wrong,
    );
    expect(p.filter((each) => each < 0.05).length).toBeGreaterThan(COUNT / 2);
    expect(kolmogorov(p, (x) => x)).toBeGreaterThan(5);
  });

  test('noise of any distribution against its own taps permuted', () => {
    // Heavy tails, and filters of very different norms: permuting keeps both.
    const heavy = (i: number) => white(i).map((tap, t) => tap ** 3 * (1 + Math.floor(t / 9)));
    expectEven(values(heavy, (filters) => nullDistribution('permuted', 3, { filters, draws: 1600, seed: 'permuted' })));
  });
});

describe('where nothing was planted into filters of three channels, p is spread evenly', () => {
  const COUNT = 300;
  /** Layers of eight filters of which each channel is sqrt(alike) * what all share + sqrt(1 - alike) * its own. */
  const layers = (alike: number, count: number, draw: () => ArrayLike<number>) =>
    Array.from({ length: count }, () =>
      Float32Array.from(
        Array.from({ length: 8 }, () => {
          const shared = Float64Array.from(draw());
          return Array.from({ length: 3 }, () =>
            Array.from(draw(), (own, i) => Math.sqrt(alike) * shared[i] + Math.sqrt(1 - alike) * own),
          ).flat();
        }).flat(),
      ),
    );
  const expectEven = (p: number[]) => {
    expect(kolmogorov(p, (x) => x)).toBeLessThan(1.95);
    expectShare(p.filter((each) => each < 0.05).length / p.length, 0.05, p.length);
  };

  test.each([
    ['independent', 0],
    ['partly equal', 0.5],
    ['nearly equal', 0.9],
    ['equal', 1],
  ])('%s channels against the normal null', (name, alike) => {
    const generator = new Generator(`normal, ${name}`);
    const all = layers(alike, COUNT, () => Float64Array.from({ length: 25 }, () => generator.normal()));
    expectEven(all.map((weights) => emergence(weights, [8, 3, 5, 5], { nulls: [normal5] }).nulls[0].p));
    if (alike < 1) return;
    // Counted channel by channel, as if these were filters of their own, equal ones are taken for evidence.
    const single = all.map((weights) => emergence(weights, [24, 1, 5, 5], { nulls: [normal5] }).nulls[0].p);
    expect(single.filter((p) => p < 0.05).length).toBeGreaterThan(2.5 * 0.05 * COUNT);
  });

  test.each([
    ['independent', 0],
    ['partly equal', 0.6],
    ['equal', 1],
  ])(
    '%s channels against colored filters that are as alike, and against their own taps permuted',
    async (name, alike) => {
      const { train } = await loadMnist();
      const draw = colored(3, train.take(100), new Generator(`colored, ${name}`));
      const all = layers(alike, 40, draw);
      const p = (kind: 'colored' | 'permuted', weights: Float32Array) => {
        const options = { patches: train.take(100), filters: weights, channels: 3, draws: 8 * 100, seed: name };
        return emergence(weights, [8, 3, 3, 3], { nulls: [nullDistribution(kind, 3, options)] }).nulls[0].p;
      };
      expectEven(all.map((weights) => p('colored', weights)));
      const generator = new Generator(`permuted, ${name}`);
      const noisy = layers(alike, 40, () => Float64Array.from({ length: 9 }, () => generator.normal() ** 3));
      expectEven(noisy.map((weights) => p('permuted', weights)));
    },
  );

  test('filters as smooth as the images are not taken for more than that', async () => {
    const { train } = await loadMnist();
    const draw = colored(3, train.take(100), new Generator('smooth'));
    const [weights] = layers(0, 1, draw);
    const like = (filters: ArrayLike<number>) =>
      nullDistribution('colored', 3, { patches: train.take(100), filters, channels: 3, draws: 2000 });
    // The more independent channels, the nearer their first component lies to that of the images.
    const equal = layers(1, 1, draw)[0];
    expect(mean(like(weights).r2ori)).toBeGreaterThan(mean(like(equal).r2ori) + 0.01);
  });
});

describe('figures against plain loops', () => {
  test('p, mean and percentile', () => {
    const few = nullDistribution('normal', 5, { draws: 400, seed: 2 });
    for (const planted of [0, 1]) {
      const weights = layer('loops', planted, 6);
      const { r2ori, nulls, filters } = emergence(weights, [6, 1, 5, 5], { nulls: [few], seed: 9 });
      const own = filters.map((each) => each.r2ori);
      expect(r2ori).toBeCloseTo(mean(own), 12);
      const layers = randomLayers(few, 6, 9);
      expect(layers).toHaveLength(LAYERS);
      expect(nulls[0].p).toBe((1 + layers.filter((value) => value >= r2ori).length) / (1 + LAYERS));
      expect(nulls[0].mean).toBeCloseTo(mean(few.r2ori), 12);
      expect(nulls[0].layer99).toBe([...layers].sort((a, b) => a - b)[0.99 * LAYERS]);
      expect(nulls[0].expectedOriented).toBeCloseTo(6 * (few.classes.edge + few.classes.line), 12);
    }
  });

  test('a random layer as good as this one counts against it', () => {
    const weights = layer('ties', 2);
    const [first] = filterMetrics(weights.subarray(0, 25), [1, 1, 5, 5]);
    const against = (r2ori: number[]) =>
      emergence(weights.subarray(0, 25), [1, 1, 5, 5], { nulls: [given(r2ori)] }).nulls[0];
    expect(against([first.r2ori])).toMatchObject({ p: 1 });
    expect(against([first.r2ori - 1e-9])).toMatchObject({ p: 1 / (1 + LAYERS), layer99: first.r2ori - 1e-9 });
    expect(against([first.r2ori + 1e-9])).toMatchObject({ p: 1 });
    expectShare(against([0, 0, 1, first.r2ori]).p, 0.5, LAYERS);
    expect(against([0, 1]).expectedOriented).toBeCloseTo(0.3, 12);
  });

  test('random layers: the mean of as many draws, each as likely; seeded', () => {
    const { r2ori } = normal5;
    const layers = randomLayers(normal5, 8, 1);
    expect(Math.abs(mean(layers) - mean(r2ori))).toBeLessThan(5 * Math.sqrt(variance(r2ori) / 8 / LAYERS));
    expect((variance(layers) * 8) / variance(r2ori)).toBeCloseTo(1, 1);
    expect(randomLayers(normal5, 8, 1)).toEqual(layers);
    expect(randomLayers(normal5, 8, 2)).not.toEqual(layers);
    expect(() => randomLayers(normal5, 0)).toThrow('the number of filters to be a whole number of at least 1, got 0');
  });

  test('of permuted filters a layer has each once; of fewer, every one as often', () => {
    const pairs = given([0, 1, 0, 1, 0, 1, 0], 2);
    for (const filters of [2, 4]) expect(new Set(randomLayers(pairs, filters))).toEqual(new Set([0.5]));
    expectShare(mean(randomLayers(pairs, 1)), 0.5, LAYERS);
    expectShare(mean(randomLayers(given([0, 0, 1], 3), 2)), 1 / 3, LAYERS);
    expect(variance(randomLayers({ ...pairs, sources: 1 }, 2))).toBeGreaterThan(0.1); // Drawn without their order.
  });

  test('quantile', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i);
    expect([0, 0.5, 0.99, 1].map((q) => quantile(hundred, q))).toEqual([0, 50, 99, 99]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('layers of all kinds', () => {
  test('dead filters are counted and left out', () => {
    const weights = layer('dead', 4, 6);
    weights.fill(0, 25, 50);
    weights.subarray(125).forEach((tap, i) => {
      weights[125 + i] = tap * 1e-3;
    });
    const found = emergence(weights, [6, 1, 5, 5], { nulls: [normal5] });
    expect([found.live, found.classes.dead, found.filters.length]).toEqual([4, 2, 6]);
    const living = found.filters.filter((each) => each.class !== 'dead').map(({ r2ori }) => r2ori);
    expect(found.r2ori).toBeCloseTo(mean(living), 12);
    expect(found.nulls[0].p).toBe(
      (1 + randomLayers(normal5, 4).filter((value) => value >= found.r2ori).length) / (1 + LAYERS),
    );
    expect(sum(Object.values(found.classes))).toBe(6);
  });

  test('a layer of zeros is no evidence', () => {
    const found = emergence(new Float32Array(75), [3, 1, 5, 5], { nulls: [normal5, given([0, 1], 2)] });
    expect(found).toMatchObject({ r2ori: Number.NaN, live: 0, oriented: 0, strong: 0, classes: { dead: 3 } });
    for (const { p, expectedOriented } of found.nulls) expect([p, expectedOriented]).toEqual([1, 0]);
  });

  test('a filter counts once, however many channels it has; neither sign nor scale of the layer counts', () => {
    const weights = layer('channels', 5, 12);
    const found = emergence(weights, [4, 3, 5, 5], { nulls: [normal5] });
    expect([found.live, found.filters.length]).toEqual([4, 4]);
    // The same picture in every channel is that picture, and no more evidence.
    const flat = emergence(weights, [12, 1, 5, 5], { nulls: [normal5] });
    const repeated = [1, -0.5, 2].map((factor) => weights.map((tap) => factor * tap));
    const three = Array.from({ length: 12 }, (_, i) => repeated.flatMap((w) => [...w.subarray(25 * i, 25 * i + 25)]));
    const same = emergence(three.flat(), [12, 3, 5, 5], { nulls: [normal5] });
    expect(same.r2ori).toBeCloseTo(flat.r2ori, 6);
    expect([same.live, same.oriented, same.strong]).toEqual([flat.live, flat.oriented, flat.strong]);
    expect(Math.abs(same.nulls[0].p - flat.nulls[0].p)).toBeLessThan(1e-3);
    const scaled = emergence(
      weights.map((tap) => -8 * tap),
      [12, 1, 5, 5],
      { nulls: [normal5] },
    );
    expect(scaled.nulls).toEqual(flat.nulls);
  });

  test('without nulls the normal one of its size is taken', () => {
    const found = emergence(
      picture(3, (x) => x),
      [1, 1, 3, 3],
    );
    expect(found.nulls.map(({ kind }) => kind)).toEqual(['normal']);
    expect(found.nulls[0].mean).toBeCloseTo(0.564, 2);
    expect(found).toMatchObject({ live: 1, oriented: 1, strong: 1, classes: { edge: 1 } });
  });

  test('the null that is taken without one is drawn once for its size', () => {
    const weights = layer('kept', 2, 3).subarray(0, 3 * 16);
    const first = emergence(weights, [3, 1, 4, 4]);
    const normal = vi.spyOn(Generator.prototype, 'normal');
    const integer = vi.spyOn(Generator.prototype, 'integer');
    expect(emergence(weights, [3, 1, 4, 4])).toEqual(first);
    expect([normal.mock.calls.length, integer.mock.calls.length]).toEqual([0, 0]);
    // So is one that is asked for, which belongs to the caller.
    const mine = nullDistribution('normal', 4);
    expect(normal).not.toHaveBeenCalled();
    mine.r2ori.fill(1);
    mine.classes.edge = 1;
    expect(emergence(weights, [3, 1, 4, 4])).toEqual(first);
    const other = nullDistribution('normal', 4, { draws: 100, seed: 1 });
    expect(normal).toHaveBeenCalledTimes(1600);
    expect(nullDistribution('normal', 4, { draws: 100, seed: 1 })).toEqual(other);
    expect(normal).toHaveBeenCalledTimes(1600);
    vi.restoreAllMocks();
    expect(other.r2ori).not.toEqual(nullDistribution('normal', 4, { draws: 100, seed: 2 }).r2ori);
  });

  test('what does not fit is refused', () => {
    const refused = (call: () => unknown, message: string, name: string) => {
      expect(call).toThrow(message);
      expect(call).toThrow(expect.objectContaining({ name }));
    };
    const weights = layer('refused', 0, 2);
    const message = 'expected nulls of 5x5 filters, got 3x3';
    const null3 = nullDistribution('normal', 3, { draws: 10 });
    refused(() => emergence(weights, [2, 1, 5, 5], { nulls: [normal5, null3] }), message, 'ShapeError');
    for (const kind of ['uniform', 'permuted'] as const) {
      const one = nullDistribution(kind, 5, { draws: 10, filters: layer(1, 0, 2) });
      const expected = `expected nulls of filters with 2 channels, got a '${kind}' one of 1; nullDistribution has the options`;
      refused(() => emergence(weights, [1, 2, 5, 5], { nulls: [one] }), expected, 'ShapeError');
    }
    weights[30] = Number.NaN;
    refused(() => emergence(weights, [2, 1, 5, 5]), 'expected finite weights, got NaN at 30', 'FormatError');
    refused(() => emergence(weights, [2, 25]), 'expected weights [filters, channels, k, k]', 'ShapeError');
    refused(() => emergence(weights, [2, 1, 5, 5], { null: [] } as object), "unknown option 'null'", 'ArgumentError');
  });
});
