/**
 * Look into a network that somebody has trained: the report of example 03, for a saved model.
 *
 *     npx tsx examples/04-inspect-filters.ts runs/mnist-seed0/model.safetensors
 *     npx tsx examples/04-inspect-filters.ts model.safetensors --seed 7 --out runs/inspected
 *
 * The file holds nothing but numbers with names, and so PyTorch can have written it as well. Its keys say what the network
 * is: conv1, conv2 and so on, each followed by ReLU and max pooling over 2x2, and a dense layer at the end.
 */
import { basename, join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../datasets/index.js';
import { Conv2D, weightHash } from '../src/index.js';
import { nullDistribution } from '../src/inspect/index.js';
import { saveFile } from '../src/node/index.js';
import { report, studyFilters, studyText } from '../src/report/index.js';
import { aboutDigits } from './lib/about-digits.js';
import { number, shortErrors } from './lib/arguments.js';
import { openFolder } from './lib/run-folder.js';
import { readNetwork, timelineBeside } from './lib/saved-network.js';

shortErrors();

// 1. What can be set from the command line.
const command = new Command()
  .name('04-inspect-filters')
  .description('Makes the report of example 03 for a saved model: one of ours, or one that PyTorch trained.')
  .argument('<model>', 'a safetensors file with conv1.weight, conv2.weight and so on, dense.weight, and biases')
  .option(
    '--seed <n>',
    'seed of the split into digits learned from and held out (default: as the file says, else 0)',
    number(0, true),
  )
  .option('--out <dir>', 'folder for report.html and metrics.json', 'runs/inspected')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse();
const [path] = command.args;
const { seed: asked, out } = command.opts<{ seed?: number; out: string }>();

// 2. The file, and the network that it belongs to.
const { model, metadata } = await readNetwork(path);
const filters = model.at('conv1', Conv2D).weight;

// 3. What is not known is said in the report: it changes what the figures mean.
const notes: string[] = [];
const { seed: noted, weightHash: hash, ...others } = metadata;
const seed = asked ?? (/^\d+$/.test(noted ?? '') ? Number(noted) : 0);
if (noted === undefined || Number(noted) !== seed) {
  const why = noted === undefined ? 'does not say which digits the model learned from' : `says seed ${noted}`;
  notes.push(
    `The file ${why}, and the digits called held out here are those of seed ${seed}. If the model learned from some of ` +
      'them, its accuracy here says nothing about digits that it never saw.',
  );
}
if (hash !== undefined && hash !== weightHash(model)) {
  notes.push(
    `The file says that its weights have the hash ${hash}, but they have ${weightHash(model)}: they were changed.`,
  );
}
const timeline = await timelineBeside(path, filters.data).catch((error: Error) => {
  notes.push(`The timeline beside the model is not used: ${error.message}.`);
  return undefined;
});
for (const note of notes) console.log(`note: ${note}`);

// 4. The same measurements as in example 03.
const run = await openFolder(out, { example: '04-inspect-filters', model: path, seed });
const digits = await loadMnist({ seed });
const nulls = [
  nullDistribution('normal', filters.shape[2]),
  nullDistribution('colored', filters.shape[2], { patches: digits.train }),
];
const study = studyFilters(filters.data, filters.shape, { nulls, timeline });
console.log(`the filters of conv1\n${studyText(study)}`);

// 5. The report.
const begun = performance.now();
const batchSize = Number(metadata.batchSize) > 0 ? Number(metadata.batchSize) : undefined;
const settings = { model: path, seed, ...others };
const again = `npx tsx examples/04-inspect-filters.ts ${path} --seed ${seed}`;
const title = `The ${filters.shape[0]} filters of conv1 in ${basename(path)}`;
const made = await report({
  ...aboutDigits(digits.heldOut),
  model,
  data: timeline ? digits : { heldOut: digits.heldOut }, // Else it is not known what it learned from.
  study,
  nulls,
  timeline,
  batchSize,
  settings,
  command: again,
  title,
  notes,
});
await run.save('metrics.json', { emergence: made.figures });
await saveFile(join(out, 'report.html'), made.html);
const seconds = ((performance.now() - begun) / 1000).toFixed(1);
console.log(`\nheld-out accuracy ${(100 * made.figures.heldOut.accuracy).toFixed(1)}%`);
console.log(`written to ${out}: report.html (${Math.ceil(made.html.length / 1024)} kB, ${seconds} s), metrics.json`);
