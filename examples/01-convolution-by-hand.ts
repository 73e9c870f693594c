/**
 * What a convolution is, one multiplication at a time.
 *
 *     npx tsx examples/01-convolution-by-hand.ts            (writes runs/classical-filters.png)
 *     npx tsx examples/01-convolution-by-hand.ts --out DIR
 *
 * A filter is a small matrix. It slides over the image; wherever it stops, each of its numbers is multiplied with the
 * pixel below it, and the products are added up. The sums, one a position, are the result.
 */
import { join } from 'node:path';
import { Command } from 'commander';
import { loadMnist } from '../datasets/index.js';
import { conv2d, noGrad, tensor } from '../src/index.js';
import { type Panel, panelGrid } from '../src/inspect/index.js';
import { makeFolder, savePng } from '../src/node/index.js';
import { shortErrors } from './lib/arguments.js';

shortErrors();
const { out } = new Command()
  .name('01-convolution-by-hand')
  .description('Shows a convolution step by step, then classical filters on a real digit, as a picture.')
  .option('--out <dir>', 'folder for the picture', 'runs')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{ out: string }>();
await makeFolder(out);

// 1. A gray image of 5x5 pixels, 0 (black) to 255 (white): bright on the left, dark on the right, and so with a
//    vertical edge between its third and its fourth column.
const image = [
  [200, 200, 200, 50, 50],
  [200, 200, 200, 50, 50],
  [200, 200, 200, 50, 50],
  [200, 200, 200, 50, 50],
  [200, 200, 200, 50, 50],
];

// 2. The filter: what lies left counts as it is, what lies right counts against it. Where both sides are alike they
//    cancel; where the left is brighter the sum is high. It detects vertical lines and edges.
const filter = [
  [1, 0, -1],
  [1, 0, -1],
  [1, 0, -1],
];

const show = (matrix: readonly (readonly number[])[]) =>
  matrix.map((row) => row.map((value) => String(value).padStart(5)).join('')).join('\n');
console.log(`the image\n${show(image)}\n\nthe filter\n${show(filter)}\n`);

// 3. It slides: three positions across, three down, because a 3x3 filter fits into 5 pixels at 5 - 3 + 1 = 3 places.
const result: number[][] = [];
for (let y = 0; y <= image.length - filter.length; y++) {
  result.push([]);
  for (let x = 0; x <= image[0].length - filter[0].length; x++) {
    const products = filter.map((row, ky) => row.map((weight, kx) => weight * image[y + ky][x + kx]));
    const sum = products.flat().reduce((total, product) => total + product, 0);
    result[y].push(sum);
    const window = filter.map((row, ky) => {
      const factors = row.map(
        (weight, kx) => `${String(weight).padStart(2)} * ${String(image[y + ky][x + kx]).padEnd(3)}`,
      );
      return `    ${factors.join('  +  ')}   =  ${String(products[ky].reduce((a, b) => a + b)).padStart(4)}`;
    });
    console.log(`row ${y}, column ${x}\n${window.join('\n')}\n    together ${sum}\n`);
  }
}
console.log(
  `the result: 0 where all is alike, 450 = 3 * (200 - 50) where the window covers the edge\n${show(result)}\n`,
);

// 4. The same with the library, where images come in batches and have channels: both are 1 here.
const x = tensor(image.flat(), { shape: [1, 1, 5, 5] });
const weight = tensor(filter.flat(), { shape: [1, 1, 3, 3] });
const library = conv2d(x, weight);
const same = result.flat().every((value, i) => value === library.data[i]);
console.log(`conv2d gives shape [${library.shape}] and ${same ? 'exactly the same numbers' : 'DIFFERENT NUMBERS'}`);
if (!same) process.exitCode = 1;

// 5. Filters that people designed by hand, on a handwritten digit. A network learns its own (examples 02 and 03).
const filters: Record<string, number[]> = {
  'Sobel x': [1, 0, -1, 2, 0, -2, 1, 0, -1],
  'Sobel y': [1, 2, 1, 0, 0, 0, -1, -2, -1],
  Laplacian: [0, -1, 0, -1, 4, -1, 0, -1, 0],
  blur: [1, 1, 1, 1, 1, 1, 1, 1, 1].map((value) => value / 9),
  sharpen: [0, -1, 0, -1, 5, -1, 0, -1, 0],
};
const { heldOut } = await loadMnist();
const digit = tensor(heldOut.input(heldOut.labels.indexOf(3)), { shape: [1, 1, 28, 28] });
const responses = Object.values(filters).map((values) =>
  noGrad(() => conv2d(digit, tensor(values, { shape: [1, 1, 3, 3] }), null, { padding: 'same' })),
);
const names = Object.keys(filters);
const inkPanel: Panel = { values: digit.data, height: 28, width: 28, colors: 'ink', label: 'the digit' };
const filterRow = names.map((name): Panel => ({ values: filters[name], height: 3, width: 3, numbers: true }));
const resultRow = names.map((label, i): Panel => ({ values: responses[i].data, height: 28, width: 28, label }));
const picture = panelGrid(
  [
    { label: 'the filter', panels: [null, ...filterRow] },
    { label: 'what it makes\nof the digit', panels: [inkPanel, ...resultRow] },
  ],
  {
    title: 'Filters that people designed, on a handwritten 3 (ink 1, paper 0)',
    panelSize: 126,
    unit: 'weight, or sum',
  },
);
const path = join(out, 'classical-filters.png');
await savePng(path, picture);
console.log(`written: ${path}`);
