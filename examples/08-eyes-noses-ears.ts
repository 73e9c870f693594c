/**
 * Filters that find eyes, noses and ears, in a network that is told only the names of animals.
 *
 *     npx tsx examples/08-eyes-noses-ears.ts
 *     npx tsx examples/08-eyes-noses-ears.ts --seed 7 --out runs/animals-7
 *
 * Tutorials say: the first layer has edges, the next simple shapes, the last eyes and noses. On photographs nobody can check
 * that, because nobody knows what else is where. So the faces are drawn (`animalFaces`): twelve animals, all combinations of three
 * kinds of ears, two of noses, two of eyes, and it is known where each part is. Then one can ask two questions of each filter. Is its
 * largest answer *on* the part? And does the answer fall when *the same* face is drawn again without that part?
 *
 * Figures need controls: the network before training; one that learned shuffled names by heart; and the finest, the same drawings
 * with another question: what kind of nose has it? Then there should be filters for noses, and none for eyes and ears.
 *
 * What came out on five seeds: examples/eyes-noses-ears.md. It is a toy world: that page says what it does not show.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { evaluate, type Sequential, setThreads, weightHash } from '../src/index.js';
import { partThresholds } from '../src/inspect/index.js';
import { progress, saveFile, saveModel, savePng } from '../src/node/index.js';
import { countsOf, detect, layerFigures } from './lib/animals/analysis.js';
import { askedFor, draw, drawWithTruth, PARTS, shuffled } from './lib/animals/drawings.js';
import { network, train } from './lib/animals/network.js';
import { page } from './lib/animals/page.js';
import { allFiltersPicture, facesPicture, layersPicture, patchesPicture } from './lib/animals/pictures.js';
import { type Control, printed } from './lib/animals/table.js';
import { number, shortErrors } from './lib/arguments.js';
import { openFolder } from './lib/run-folder.js';

shortErrors();
const { seed, quick, out } = new Command()
  .name('08-eyes-noses-ears')
  .description('Trains a network to name drawn animals, and looks for filters that find eyes, noses and ears.')
  .option('--seed <n>', 'seed of the drawings and the weights', number(0, true), 0)
  .option('--quick', 'a look at how it runs, on few drawings; its figures mean nothing', false)
  .option('--out <dir>', 'folder for what it writes (default: runs/animals-seed<seed>)')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ seed: number; quick: boolean; out?: string }>();
const folder = out ?? `runs/animals-seed${seed}`;
const run = await openFolder(folder, { example: '08-eyes-noses-ears', seed, quick });
const started = performance.now();
await setThreads();

// 1. Drawings to learn from, and others, with the truth about them, for every figure below.
const SIZES = quick
  ? { learned: 600, epochs: 1, unseen: 120, asked: 300, askedEpochs: 1, byHeart: 60, byHeartEpochs: 2 }
  : { learned: 10_000, epochs: 7, unseen: 1600, asked: 5000, askedEpochs: 4, byHeart: 384, byHeartEpochs: 30 };
const drawings = draw({ count: SIZES.learned, seed: `${seed} learned` });
const unseen = drawWithTruth(SIZES.unseen, `${seed} unseen`);

// 2. The network learns the names. Nobody tells it what an eye is.
const untrained = network(12, `${seed}`);
const model = network(12, `${seed}`);
await train(model, drawings.data, { epochs: SIZES.epochs, seed: `${seed}`, callbacks: [progress()] });
const { accuracy, predictions } = evaluate(model, unseen.data);
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
console.log(`\n${percent(accuracy)} of ${SIZES.unseen} drawings that it never saw get their right name`);

// 3. What does a filter have to do to count? More than one in a hundred filters of networks that cannot know any part.
async function learnedByHeart(name: string): Promise<{ model: Sequential; learned: number }> {
  const data = shuffled(drawings, SIZES.byHeart, `${seed} ${name}`);
  const byHeart = network(12, `${seed} ${name}`);
  await train(byHeart, data, { epochs: SIZES.byHeartEpochs, seed: `${seed} ${name}` });
  return { model: byHeart, learned: evaluate(byHeart, data).accuracy };
}
const plain = { ...unseen.given, variants: {} }; // Controls are counted, and nothing more.
const others = ['a', 'b', 'c'].map((name) => network(12, `${seed} untrained ${name}`));
const heart = await learnedByHeart('by heart a');
const controlFilters = [...others, heart.model].flatMap((each) => detect(each, 'conv3', plain).filters);
const thresholds = partThresholds(controlFilters);

// 4. The trained network, layer by layer, and other controls.
const layers = ['conv1', 'conv2', 'conv3'] as const;
const found = layers.map((layer) => detect(model, layer, unseen.given));
const twin = layers.map((layer) => detect(untrained, layer, unseen.given));
const counted = (control: Sequential) => countsOf(detect(control, 'conv3', plain).filters, thresholds);
const controls: Record<string, Control> = {
  untrainedTwin: countsOf(twin[2].filters, thresholds),
  untrained: counted(network(12, `${seed} untrained d`)),
};
const memory = await learnedByHeart('by heart b');
const remembered = evaluate(memory.model, unseen.data).accuracy;
controls.shuffledLabels = { ...counted(memory.model), learned: memory.learned, accuracy: remembered };
for (const part of PARTS) {
  const data = askedFor(part, drawings, SIZES.asked);
  const asked = network(data.classes, `${seed} ${part}`);
  await train(asked, data, { epochs: SIZES.askedEpochs, seed: `${seed} ${part}` });
  const score = evaluate(asked, askedFor(part, unseen, SIZES.unseen)).accuracy;
  controls[`${part}Only`] = { ...counted(asked), accuracy: score };
}

// 5. What is kept: figures, pictures, a report.
const [conv1, conv2, conv3] = found.map((each) => layerFigures(each, thresholds));
const hash = weightHash(model);
const figures = {
  seed,
  accuracy,
  above: conv3.above,
  thresholds,
  layers: { conv1, conv2, conv3 },
  untrainedLayers: twin.map((each) => countsOf(each.filters, thresholds)),
  chance: found[2].chance,
  prior: found[2].prior,
  controls,
  weightHash: hash,
};
console.log(printed(figures));
await run.save('metrics.json', { ...figures, seconds: Math.round((performance.now() - started) / 1000) });
await saveModel(join(folder, 'model.safetensors'), model, { weightHash: hash, seed: String(seed) });
const study = { model, untrained, found, twin, thresholds, unseen, predictions };
const pictures = {
  patches: patchesPicture(study),
  layers: layersPicture(study),
  faces: facesPicture(study),
  all: allFiltersPicture(study),
};
const encoded = { patches: '', layers: '', faces: '', all: '' };
for (const name of Object.keys(encoded) as (keyof typeof encoded)[]) {
  const path = join(folder, `${name}.png`);
  await savePng(path, pictures[name]);
  encoded[name] = await readFile(path, 'base64');
}
await saveFile(join(folder, 'report.html'), page(figures, encoded));
const took = ((performance.now() - started) / 1000).toFixed(0);
console.log(`written to ${folder} after ${took} s: report.html, four pictures, metrics.json, model.safetensors`);
