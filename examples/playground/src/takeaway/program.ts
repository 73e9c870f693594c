/** The run of some settings as a program that needs nothing but convgrad and mnist. */

import { SHUFFLED } from '../../../lib/controls.js';
import type { OptimizerName, Settings as TrainingSettings } from '../../../lib/recipe.js';
import type { Settings } from '../state/settings.js';

/** What runs a program, in the folder of convgrad's source code: the package is not published. */
export const COMMANDS = 'npm install && npm run build && npx tsx run.ts';

/** What the programs import of the main entry; only what is used is written. */
const CORE = [
  'Adam',
  'AdamW',
  'Conv2D',
  'Dataset',
  'Dense',
  'Flatten',
  'Generator',
  'LinearLR',
  'MaxPool2D',
  'ReLU',
  'SGD',
  'Sequential',
  'fit',
  'manualSeed',
  'randn',
  'weightHash',
  'zeros',
];

/**
 * A TypeScript program that trains the network as the page does and prints the same weight hash.
 * @param training what the settings mean for the training, from `trainingOf`
 * @param query the settings as they stand in the page's address
 */
export function programOf(settings: Settings, training: TrainingSettings, query: string): string {
  const { seed, filters, kernelSize, initialization, optimizer, condition } = settings;
  const { epochs, batchSize, lr, weightDecay } = training;
  const afterPool1 = Math.floor((28 - kernelSize + 1) / 2);
  const features = 16 * Math.floor((afterPool1 - 2) / 2) ** 2;
  const parts = [
    'const { train, heldOut } = await loadMnist({ seed });',
    PREPARATIONS[condition],
    `
manualSeed(seed);
const model = new Sequential({
  conv1: new Conv2D(1, ${filters}, ${kernelSize}, { bias: false }),
  pool1: new MaxPool2D(2),
  relu1: new ReLU(),
  conv2: new Conv2D(${filters}, 16, 3),
  pool2: new MaxPool2D(2),
  relu2: new ReLU(),
  flatten: new Flatten(),
  dense: new Dense(${features}, 10),
});`,
    initialization === 'he' ? HE : '',
    `
const conv1 = model.at('conv1', Conv2D).weight;
const others = model.parameters().filter((parameter) => parameter !== conv1);
const groups = [{ params: [conv1], weightDecay: ${weightDecay} }, { params: others }];
const optimizer = new ${OPTIMIZER[optimizer](lr)};
const [epochs, batchSize] = [${epochs}, ${batchSize}];
const totalIters = epochs * Math.ceil(${LEARNED[condition]}.length / batchSize);
const scheduler = new LinearLR(optimizer, { startFactor: 1, endFactor: 0, totalIters });
const validation = ${SHOWN[condition] ?? 'heldOut'};
const callbacks: Callback[] = [{ onEpochEnd: (_, { epoch, validation }) => console.log(epoch, validation) }];
await fit(model, ${LEARNED[condition]}, { epochs, batchSize, optimizer, scheduler, seed, validation, callbacks });

console.log('weight hash', weightHash(model));
writeFileSync('model.safetensors', writeSafetensors(model.stateDict()));`,
  ].filter((part) => part !== '');
  const body = parts.join('\n');
  const used = ['type Callback', ...CORE.filter((name) => new RegExp(`\\b${name}\\b`).test(body))];
  return `// The run ${query || 'with the default settings'} of the convgrad playground. To run it, save it as run.ts in the folder
// of convgrad's source code, the one with its package.json, and there:
//     ${COMMANDS}
import { writeFileSync } from 'node:fs';
import { ${used.join(', ')} } from 'convgrad';
import { loadMnist } from 'convgrad/datasets';
import { writeSafetensors } from 'convgrad/io';
${condition === 'scrambled' ? "import { phaseScrambler } from './examples/lib/spectra.js';\n" : ''}
const seed = ${seed};
${body}
`;
}

/** The optimizers of the examples' recipe, as the program makes them. */
const OPTIMIZER: Record<OptimizerName, (lr: number) => string> = {
  sgd: (lr) => `SGD(groups, { lr: ${lr}, momentum: 0.9 })`,
  plain: (lr) => `SGD(groups, { lr: ${lr} })`,
  adam: (lr) => `Adam(groups, { lr: ${lr} })`,
  adamw: (lr) => `AdamW(groups, { lr: ${lr}, weightDecay: 0 })`,
};

/** What the network learns from, as the program names it. */
const LEARNED: Record<Settings['condition'], string> = {
  recipe: 'train',
  permuted: 'permuted(train)',
  scrambled: 'scrambled(train)',
  shuffled: 'shuffled',
  untrained: 'train',
};

/** What it is measured with, where that is not the held-out digits as they are. */
const SHOWN: Partial<Record<Settings['condition'], string>> = {
  permuted: 'permuted(heldOut)',
  scrambled: 'scrambled(heldOut)',
};

const PREPARATIONS: Record<Settings['condition'], string> = {
  recipe: '',
  untrained: '',
  permuted: `
// The control: all pixels in one and the same random order.
const order = new Generator(\`pixels \${seed}\`).shuffle(Array.from({ length: 784 }, (_, i) => i));
function permuted({ inputs, inputShape, labels, classes }: Dataset): Dataset {
  const moved = inputs.map((_, i) => inputs[i - (i % 784) + order[i % 784]]);
  return new Dataset(moved, inputShape, labels, classes);
}`,
  scrambled: `
// The control: every frequency gets one and the same random phase in all images, by the examples' own function.
const scramble = phaseScrambler(28, seed);
function scrambled(digits: Dataset): Dataset {
  const { inputs, inputShape, labels, classNames } = scramble(digits);
  return new Dataset(inputs, inputShape, labels, classNames);
}`,
  shuffled: `
// The control: some digits with their labels in random order, to be learned by heart.
const some = train.subset(Array.from({ length: ${SHUFFLED} }, (_, i) => i));
const labels = new Generator(\`labels \${seed}\`).shuffle(Array.from(some.labels));
const shuffled = new Dataset(some.inputs, some.inputShape, labels, some.classes);`,
};

const HE = `
// He et al. 2015: normal numbers of variance 2 / fanIn, and biases of 0.
const drawn = model.namedParameters().map(([name, { shape, size }]) => {
  const deviation = Math.sqrt(2 / (size / shape[0]));
  return [name, shape.length === 1 ? zeros(shape) : randn(shape).mul(deviation)] as const;
});
model.loadStateDict(Object.fromEntries(drawn));`;
