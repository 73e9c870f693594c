/** The English texts of the network's strip. */
import { batches } from '../texts/batches.en.js';
export const networkEn = {
  title: 'The whole network at work',
  lede: 'Draw a digit and follow its numbers through the network: each picture shows where one filter found what it looks for. Point at any number to see what it was computed from, and click to go deeper.',
  after: (step: number) => `With the weights after ${batches(step)}.`,
  fresh: 'With the random weights that training begins with.',
  from: (name: string) => `With the weights of ${name}.`,
  held: (label: number) => `Nothing is drawn yet: this is a ${label} that the network never learns from.`,
  strip: 'The network, from the digit to the ten probabilities',
  stages: {
    input: 'Input',
    conv1: 'Convolution 1',
    pool1: 'Pooling 1',
    conv2: 'Convolution 2',
    pool2: 'Pooling 2',
    classes: 'Dense, softmax',
  },
  size: (maps: number, height: number, width: number) =>
    maps === 1 ? `${height} × ${width}` : `${maps} × ${height} × ${width}`,
  outputs: 'ten probabilities',
  open: (stage: string) => `Open ${stage}: its maps large, and what it does`,
  maps: (stage: string, count: number, height: number, width: number, most: string) =>
    `${stage}: ${count === 1 ? 'one map' : `${count} maps`} of ${height} × ${width} numbers, up to ${most}`,
  keys: 'Arrow keys move from number to number, Enter goes deeper, Escape goes back.',
  hint: 'Point at a number, or tap it: what it was computed from lights up in all layers before it. A click, a second tap or Enter opens the layer.',
  where: (stage: string, map: number | null, row: number, column: number) =>
    `${stage}${map === null ? '' : `, map ${map}`}, row ${row}, column ${column}`,
  readouts: {
    input: (where: string, value: string) => `${where}: ${value}, where 0 is paper and 1 is ink.`,
    conv: (where: string, sum: string, value: string, height: number, width: number) =>
      `${where}: the sum is ${sum}, after ReLU ${value}. It sees ${height} × ${width} pixels of the digit.`,
    pool: (where: string, value: string, height: number, width: number) =>
      `${where}: ${value}. It sees ${height} × ${width} pixels of the digit; the marked numbers won their windows.`,
    classes: (digit: number, share: string, logit: string, all: number) =>
      `Class ${digit}: probability ${share}, logit ${logit}. It uses all ${all} numbers of the last maps.`,
  },
  path: 'Where you are in the network',
  overview: 'Overview',
  overviewTip: 'Back to the strip alone (Escape)',
  layerTip: (stage: string) => `Back to all maps of ${stage} (Escape)`,
  number: (map: number, row: number, column: number) => `Map ${map}, row ${row}, column ${column}`,
  pixel: (row: number, column: number) => `Row ${row}, column ${column}`,
  digit: (digit: number) => `Class ${digit}`,
  inDigit: 'What the number pointed at was computed from, in the digit',
  choose: 'Click any number to see how it came about.',
  relu: {
    name: 'Which numbers to show',
    after: 'After ReLU',
    before: 'Before ReLU',
    afterTip: 'Negative sums have become 0',
    beforeTip: 'The sums as the convolution gives them: red is positive, blue negative',
  },
  about: {
    input: (side: number, count: number) =>
      `${side} × ${side} = ${count} numbers: 0 is paper, 1 is ink. They are all that the network gets. What you draw is scaled and centered like the digits that it learns from.`,
    conv1: (filters: number, places: string, kernel: number) =>
      `Each of the ${filters} filters slides over the digit. At each of ${places} places it multiplies the ${kernel} × ${kernel} pixels that it covers by its ${kernel * kernel} weights and adds up the products: one number of its map. A large number says: here the digit looks like the filter.`,
    conv2: (filters: number, maps: number, kernel: number) =>
      `Each of the ${filters} filters has a kernel of ${kernel} × ${kernel} weights for each of the ${maps} maps before it. At each place it adds up all ${maps} × ${kernel * kernel} = ${maps * kernel * kernel} products and its bias. So it finds combinations: this edge here and that one beside it.`,
    relu: (zeros: number, all: number, share: string) =>
      `ReLU: negative sums become 0. Here ${zeros} of ${all} numbers became 0 (${share}).`,
    order: 'The program pools first and applies ReLU then: the same numbers with a quarter of the work.',
    pool: (from: string, to: string) =>
      `Pooling: the largest of each 2 × 2 numbers goes on, so ${from} become ${to}. That something was found counts, its exact place counts less. Nothing is learned here.`,
    empty: (empty: number, all: number) => `In ${empty} of ${all} windows all four numbers were 0.`,
    left: 'The last row and column fill no window and are left out.',
    dense: (count: number) =>
      `Dense: each class adds up weight × number of all ${count} numbers, and its bias. The sum is its logit z.`,
    softmax:
      'Softmax turns the ten logits into probabilities that add up to 1: e to the power of each logit, divided by the sum of all ten. The largest logit is subtracted from all first, which changes no probability.',
    formula: 'p = exp(z − max) / sum of all ten exp(z − max)',
    weights: (count: number) => `Weights that are learned: ${count}.`,
  },
  table: { digit: 'Class', logit: 'Logit z', power: 'exp(z − max)', share: 'Probability p', sum: 'Sum' },
  openClass: (digit: number) => `How class ${digit} came to its number`,
  parts: {
    pixels: 'Pixels it covers',
    numbers: 'Numbers it covers',
    filter: (index: number) => `Filter ${index}`,
    kernel: 'Kernel',
    weights: 'Weights',
    products: 'Products',
    map: (index: number) => `Map ${index}`,
  },
  sum: {
    rows: (rows: string, total: string) => `Row by row: ${rows} = ${total}`,
    maps: (count: number, sum: string) => `The sum over all ${count} maps: ${sum}`,
    bias: (bias: string, total: string) => `plus the bias ${bias} = ${total}`,
    relu: (total: string, value: string) => `ReLU: ${total} becomes ${value}`,
    kept: (value: string) => `ReLU keeps it, since it is not negative: ${value}`,
    logit: (total: string) => `The logit z of this class is ${total}.`,
    softmax: (power: string, sum: string, share: string) => `Softmax: ${power} / ${sum} = ${share}`,
    each: 'For each map before, its numbers × the kernel for it, added up:',
    dense: 'For each map before, all its numbers × the weights for them, added up:',
    most: (value: string) => `The largest of the four goes on: ${value}`,
    none: 'All four are 0, and so is this number.',
  },
  apart: 'Take it apart',
  apartTip: 'Fills the card “Take a convolution apart” with this filter, this image and this place',
  winner: 'How the largest came about',
  winnerTip: 'Opens the number that won, in the layer before',
};

export type NetworkTexts = typeof networkEn;
