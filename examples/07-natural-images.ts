/**
 * Gabor filters from natural images: what a network finds that only has to draw pieces of images again, with few filters.
 *
 *     npx tsx examples/07-natural-images.ts
 *     npx tsx examples/07-natural-images.ts --photos ~/Pictures --seed 7 --out runs/my-photographs
 *
 * In 1996 Olshausen and Field let a program learn to write pieces of photographs as sums of few patterns, and the patterns became
 * small oriented edges, such as cells in the visual cortex look for. This is that experiment, with two layers: a convolution
 * whose 64 filters look at a patch, and a transposed one that draws the patch again. Without --photos the images are *dead leaves*,
 * disks that cover each other: the simplest images that have edges.
 *
 * Is it the edges? The same network also learns from its control, noise of exactly the same covariance. Whatever follows from the
 * power spectrum, from the whitening, from the network or from chance is in the control, too. (Five seeds and what came out:
 * examples/natural-images.md.)
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { deadLeaves } from '../datasets/index.js';
import { histogram } from '../src/charts/index.js';
import { Generator, type Sequential, weightHash } from '../src/index.js';
import { chartDocument, saveFile, saveModel, savePng } from '../src/node/index.js';
import { number, shortErrors } from './lib/arguments.js';
import { chance, measure } from './lib/natural/measure.js';
import { page, type Result } from './lib/natural/page.js';
import { drawPatches, gaussianTwin, whitened } from './lib/natural/patches.js';
import { loadPhotographs } from './lib/natural/photographs.js';
import { filtersPicture, ownScalePicture, type Shown, somePicture } from './lib/natural/pictures.js';
import { polarPlot } from './lib/natural/polar.js';
import { AREA, filtersOf, learn, sparseAutoencoder } from './lib/natural/sparse-autoencoder.js';
import { openFolder } from './lib/run-folder.js';

shortErrors();
const { seed, epochs, patches, photos, control, ...rest } = new Command()
  .name('07-natural-images')
  .description(
    'Learns to draw patches of natural images as sums of few filters, and measures whether these are Gabor functions.',
  )
  .option('--photos <dir>', 'a folder of PNG and JPEG images to learn from (default: dead leaves, which are drawn)')
  .option('--control', 'also train the twin that learns from noise of the same covariance', true)
  .option('--no-control', 'without it')
  .option('--epochs <n>', 'how often every patch is seen', number(1, true), 12)
  .option('--patches <n>', 'how many patches to learn from', number(2, true), 40_000)
  .option('--seed <n>', 'seed of the images, the patches, the weights and the order', number(0, true), 0)
  .option('--out <dir>', 'folder for what it writes (default: runs/natural-seed<seed>)')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ seed: number; epochs: number; patches: number; photos?: string; control: boolean; out?: string }>();
const { out = `runs/natural-seed${seed}` } = rest;
const settings = { example: '07-natural-images', photos: photos ?? null, control, epochs, patches, seed };
const run = await openFolder(out, settings);

// 1. The images, and patches of 9x9 pixels from anywhere in them. Whitening makes all that patches consist of equally strong:
//    otherwise the error would be about large areas alone, of which natural images have most.
const images = photos === undefined ? drawLeaves() : await loadPhotographs(photos);
const what = photos === undefined ? 'dead leaves' : 'photographs';
const seen = whitened(drawPatches(images, patches, new Generator(`${seed} patches`)));
const { components, kept } = seen.whitening;
console.log(
  `${images.length} images (${what}), ${patches} patches; ${components.length} of 243 components have ` +
    `${(100 * kept).toFixed(1)}% of the variance and are kept`,
);

// 2. Two networks that begin with the same weights. `l1` is the price of an active filter: the larger, the fewer.
const random = chance(seen.whitening);
const start = filtersOf(sparseAutoencoder(seed)).slice();
const results: (Result & { model: Sequential })[] = [];
const lessons: [string, () => Float32Array][] = [[what, () => seen.patches]];
if (control) lessons.push(['control', () => gaussianTwin(seen, new Generator(`${seed} control`))]);
for (const [name, lesson] of lessons) {
  const model = sparseAutoencoder(seed);
  const learned = learn(model, lesson(), { epochs, l1: 2.5, lr: 0.002, seed });
  const measured = measure(filtersOf(model), random);
  results.push({ name, model, learned, measured });
  console.log(
    `learned from ${name}: mean Gabor R2 ${measured.mean.toFixed(3)}, ${measured.above} of 64 filters above 99 of 100 random ` +
      `ones; ${(100 * learned.explained).toFixed(1)}% of the energy drawn again with ${learned.active.toFixed(1)} filters a patch`,
  );
}
const [own, twin] = results.map(({ measured }) => measured);
const before = measure(start, random);
const hash = weightHash(results[0].model);
console.log(`before training ${before.mean.toFixed(3)}; random filters ${random.mean.toFixed(3)}; weight hash ${hash}`);

// 3. What is kept.
await run.save('metrics.json', {
  gaborR2: own.mean,
  controlGaborR2: twin?.mean ?? null,
  above: own.above,
  controlAbove: twin?.above ?? null,
  luminanceGaborR2: own.luminance,
  controlLuminanceGaborR2: twin?.luminance ?? null,
  startGaborR2: before.mean,
  null: { mean: random.mean, percentile99: random.q99, draws: random.r2.length },
  components: components.length,
  kept,
  images: images.length,
  networks: results.map(({ name, learned, measured }) => ({ name, ...learned, ...measured })),
  weightHash: hash,
});
await saveModel(join(out, 'model.safetensors'), results[0].model, { weightHash: hash, seed: `${seed}` });

const shown: Shown[] = results.map(({ name, model, measured }, i) => ({
  label: `learned from\n${i === 0 ? name : 'noise of the\nsame covariance'}`,
  filters: filtersOf(model),
  fits: measured.fits,
}));
// A filter is a direction, not a patch: the mean patch, which `invert` adds, is no part of it.
const inPixels = shown.map((one) => ({
  ...one,
  filters: seen.whitening.invert(one.filters).map((value, i) => value - seen.whitening.mean[i % AREA]),
}));
const filtersPng = filtersPicture(
  [{ label: 'before\ntraining', filters: start, fits: before.fits }, ...shown],
  `All 64 filters and their Gabor R², learned from ${what}; seed ${seed}`,
);
const pixelsPng = ownScalePicture(
  inPixels,
  'The same in ordinary pixels: as much of each frequency and color as the images have',
);
const imagesPng = somePicture(images, `Some of the ${images.length} images`);
const polar = polarPlot(
  results.map(({ name, measured: { fits } }) => ({ name, fits, threshold: random.q99 })),
  'Orientation and frequency of the filters',
);
const groups = [
  ...results.map(({ name, measured: { fits } }) => ({ name, values: fits.map(({ r2 }) => r2) })),
  { name: 'random filters', values: random.r2 },
];
const xLabel = 'Gabor R²: share of a filter that the best Gabor function explains';
const bars = histogram({ groups, xLabel, bins: 25, document: await chartDocument() });
await savePng(join(out, 'filters.png'), filtersPng);
await savePng(join(out, 'filters-in-pixels.png'), pixelsPng);
await savePng(join(out, 'images.png'), imagesPng);
await saveFile(join(out, 'polar.svg'), polar);
await saveFile(join(out, 'histogram.svg'), bars);
await saveFile(
  join(out, 'report.html'),
  page({
    images: what,
    patches,
    seed,
    kept: { components: components.length, variance: kept },
    results,
    chance: random,
    pictures: {
      images: await bytes('images'),
      filters: await bytes('filters'),
      pixels: await bytes('filters-in-pixels'),
    },
    charts: { histogram: bars, polar },
  }),
);
console.log(
  `written to ${out}: report.html, filters.png, filters-in-pixels.png, images.png, polar.svg, histogram.svg, model.safetensors, metrics.json`,
);

function bytes(name: string): Promise<Uint8Array> {
  return readFile(join(out, `${name}.png`));
}

function drawLeaves() {
  const { data } = deadLeaves({ seed });
  const [, height, width] = data.inputShape;
  return Array.from({ length: data.length }, (_, i) => ({ values: data.input(i), height, width }));
}
