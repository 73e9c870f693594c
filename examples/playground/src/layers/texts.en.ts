import { batches } from '../texts/batches.en.js';

type Part = 'eye' | 'nose' | 'ear';

const grouped = new Intl.NumberFormat('en');

/** The English texts of what layers combine. */
export const layersEn = {
  title: 'Layers combine',
  lede: 'The first layer finds edges. The filters of the second add up what the first has found at 3\u00a0×\u00a03 neighboring places: edges become strokes, bends and corners. The scores add these up, each at its place: strokes become digits.',
  computing: 'Being computed…',
  of: (step: number) => `Weights after ${batches(step)}.`,
  behind: (step: number) => `What excites the filter and what it prefers are of the network after ${batches(step)}.`,
  figuresOf: (step: number) => `Figures of the network after ${batches(step)}.`,

  strokes: 'From edges to strokes: the second layer',
  strokesNote:
    'Each picture is a filter of the second layer (conv2), drawn as the sum of the first layer’s filters that it adds up, all on one scale. Red: ink here raises its answer; blue: ink here lowers it. Choose one to see what it is made of.',
  choose: 'Choose a filter of the second layer',
  filter: (index: number) => `Filter ${index} of layer 2`,
  open: (index: number) => `Look into filter ${index} of layer 2`,
  sum: 'Its edges, added up',
  sumNote:
    'Worked out from the weights alone, as if pooling took the mean and there were no ReLU; the real network differs a little.',
  maximized: 'The input it prefers',
  maximizedNote:
    'Made up, by gradient ascent from plain gray: dark where it wants ink. How it looks depends on how smooth one asks it to be.',
  unmoved: 'No input raises its answer.',
  mean: 'What excites it, on average',
  meanNote: 'The mean of the framed pieces of the eight digits. These are real, and extremes.',
  likeness: (correlation: string) => ` Their correlation with the made-up input: ${correlation}.`,
  exciting: 'Held-out digits that excite it most',
  excitingTip: (label: number, value: string) => `A ${label}: in the frame the filter gives ${value}`,
  excitingNote: (label: number, value: string) => `a ${label}: ${value}`,
  excitingLegend: (size: number) =>
    `The frame is what the filter sees there, ${size}\u00a0×\u00a0${size} pixels (its receptive field); the number is its answer, before ReLU. The network never learned from these digits.`,

  edges: (index: number) => `Which edges does filter ${index} add up?`,
  edgesNote:
    'A filter of the first layer, times nine weights, one for each of 3\u00a0×\u00a03 places, is its part of the sum (all on one scale); the largest weights first. A positive weight adds where that edge is found, a negative one subtracts. Weights are not all: an edge that digits seldom have counts for less.',
  edge: (channel: number) => `filter ${channel}`,
  slice: (channel: number) => `The nine weights of filter ${channel} of layer 1`,
  product: (channel: number) => `Filter ${channel} of layer 1, put in its places with these weights`,
  signs: { adds: 'Adds', subtracts: 'Subtracts', both: 'Adds here, subtracts there' },
  sizes: (sum: string, norm: string, share: string) => ` (sum ${sum}). Norm ${norm}, ${share} of the filter.`,
  dead: ' But this is a dead filter: it finds next to nothing.',
  carried: (shown: number, all: number, share: string) =>
    `The ${shown} shown, of ${all}, carry ${share} of the filter (of the sum of its squared weights).`,
  all: (count: number) => `Show all ${count}`,
  fewer: (count: number) => `Show ${count} only`,
  allTip: 'Whether all filters of the first layer are listed, or those with the largest weights',

  likest: 'From strokes to digits: what does it find most like an 8?',
  likestNote:
    'For each digit, with the probability that the network gives it: the held-out digit that it finds most like it (best); the one that it finds most like it of all that are another digit (other); and an input made up by gradient ascent on the digit’s score, from plain gray (made).',
  best: 'best',
  stranger: 'other',
  made: 'made',
  input: 'input',
  named: (label: number) => `a ${label}`,
  bestOf: (digit: number, label: number, probability: string) =>
    `Of all held-out digits most like a ${digit}: a ${label}, with ${probability}`,
  strangerOf: (digit: number, label: number, probability: string) =>
    `Of all other digits most like a ${digit}: a ${label}, with ${probability}`,
  madeOf: (digit: number, probability: string) =>
    `Made up for the score of ${digit}: taken for one with ${probability}`,
  honest: (sure: number) =>
    sure === 0
      ? 'The network is more than 90% sure of none of the 10 made-up inputs.'
      : `The network is more than 90% sure of ${sure} of the 10 made-up inputs. To us they are sketches of the digit at best, and it cannot tell: it knows what tells ten digits apart, not what a digit is.`,

  separable: 'Does each layer tell the digits better apart, and is that learned?',
  separableNote: (count: number) =>
    `Each held-out digit is given to the class whose mean is nearest, of pixels, or of what a layer gives for them. Nothing is fitted but the means: those of one half of the ${grouped.format(count)} digits name the other half, then the other way round. With so few digits, differences of less than about 3 points may be chance.`,
  live: 'This page’s network, computed now',
  recorded: 'A recorded study: three layers, five seeds',
  recordedNote:
    'Not computed here: a network of three layers of filters, registered before it was run (examples/emergence.md; seeds 25999, 16022, 41082, 4604, 43854). Means from 1,500 digits learned from, tested on 1,000 others. A dot is a seed; in brackets the lowest and the highest.',
  network: 'Network',
  networks: { trained: 'this network', untrained: 'untrained twin', byHeart: 'shuffled labels, by heart' },
  networksOfStudy: { trained: 'trained', untrained: 'untrained twin', byHeart: 'shuffled labels, by heart' },
  layers: { pixels: 'pixels', relu1: 'layer 1', relu2: 'layer 2', dense: 'scores' },
  layersOfStudy: ['layer 1', 'layer 2', 'layer 3'],
  xLabel: 'layer, from the image on',
  yLabel: 'Digits whose nearest class mean is their own (10% by chance)',
  range: (lowest: string, highest: string) => `(${lowest}–${highest})`,
  separableMeans:
    'With digits as they are, random filters keep what can be told apart in the pixels and add nothing to it, or lose some. Learned ones make the digits easier to tell apart, step by step. A twin that learned 1,000 shuffled labels by heart does not end up there: what does it is learning what digits are called. Choose “Labels shuffled” above and train, and this page’s network is such a twin.',

  photographs: 'And eyes and noses?',
  onPhotographs:
    'On photographs of faces, layers that learned edges were followed by layers of eyes, noses and mouths (',
  lee: 'Lee et al. 2009',
  between:
    '); in a network for a thousand kinds of things the second layer found corners, the third textures, the fourth such things as dogs’ faces and birds’ legs (',
  zeiler: 'Zeiler & Fergus 2014',
  onlyDigits:
    '). This page’s network has seen nothing but digits: its second layer finds strokes, and there is no eye in it.',
  drawn: (part: Part, layer: number, trained: boolean) =>
    `Best ${part} filter of layer ${layer}${trained ? '' : ', untrained'}`,
  drawnNote: (part: Part, on: number, fall: number) =>
    `on the ${part} in ${on} of 100; without ${part === 'nose' ? 'the nose' : `${part}s`} its answer falls by ${fall}%`,
  drawnPicture: (part: Part, layer: number, trained: boolean) =>
    `Six pieces of drawn animals that excite the best ${part} filter of layer ${layer} most${trained ? '' : ', in the network before training'}`,
  drawnCaption:
    'Recorded, and drawings, not photographs: six of the pieces that excite each filter most, in a network that learned nothing but the names of drawn animals (examples/08-eyes-noses-ears.ts, seed 56274). Because they are drawn, one knows what is where, and can draw them again without it.',
  toAnimals: 'See a network find eyes, noses and ears in drawings, with the truth known:',
  animals: 'the drawn animals',
  animalsTip: 'Go to the card with the drawn animals',
};

export type LayersTexts = typeof layersEn;
