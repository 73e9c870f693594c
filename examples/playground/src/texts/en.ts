import { convolutionEn } from '../convolution/texts.en.js';
import { drawEn } from '../draw/texts.en.js';
import { heroEn } from '../hero/texts.en.js';
import { inspectorEn } from '../inspector/texts.en.js';
import { networkEn } from '../network/texts.en.js';
import { presetsEn } from '../presets/texts.en.js';
import { storyEn } from '../story/texts.en.js';
import { troubleEn } from '../training/texts.en.js';
import { batches } from './batches.en.js';

const grouped = new Intl.NumberFormat('en');

/** The page's texts in English. zh.ts has the same keys. */
export const en = {
  page: {
    title: 'convgrad playground: watch filters learn',
    heading: 'Watch a network learn to see',
    lede: 'A convolutional network learns handwritten digits here, on your machine. What do its filters become, and is it more than chance?',
    language: 'Language',
    languageTip: 'The language of this page',
    languages: { en: 'EN', zh: '中文' },
    unspoken: (language: string) =>
      `The texts of “${language}” could not be loaded: the connection is broken, or a file is missing on the host.`,
    theme: 'Colors',
    themeTip: 'The colors of this page: as your system has them, light or dark',
    themes: { system: 'Auto', light: 'Light', dark: 'Dark' },
    explain: (word: string) => `What does “${word}” mean?`,
  },
  training: {
    title: 'Training',
    train: 'Train',
    goOn: 'Resume',
    again: 'Train again',
    pause: 'Pause',
    trainTip: 'Start or resume the training',
    pauseTip: 'Pause the training',
    step: 'Step',
    stepTip: 'Learn from one batch of images, then wait',
    reset: 'Reset',
    resetTip: 'Back to the untrained network',
    speed: 'Speed',
    paces: { slow: 'Slow', normal: 'Normal', full: 'Full' },
    paceTips: { slow: '20 batches a second', normal: '100 batches a second', full: 'As fast as this machine can' },
    loading: 'Loading the digits…',
    epoch: 'Epoch',
    stepName: 'Batch',
    heldOut: 'Accuracy',
    heldOutAfter: (step: number) => `Accuracy after ${step}`,
    heldOutTip: (count: number) =>
      `Share of ${grouped.format(count)} held-out digits that are named right; the network never learns from them. While it learns, a fifth of them is counted, so as not to slow it down.`,
    some: (count: number) => `of ${count} digits`,
    imagesPerSecond: (count: number) => `${grouped.format(count)} images/s`,
    epochDone: (epoch: number) => `Epoch ${epoch} is done.`,
    progress: 'Progress of the training',
  },
  conditions: {
    title: 'Learns from',
    names: {
      recipe: 'Digits',
      permuted: 'Pixels permuted',
      scrambled: 'Phases scrambled',
      shuffled: 'Labels shuffled',
      untrained: 'Untrained',
    },
    tips: {
      recipe: 'Digits with their true labels. Choose a control to see what happens when their structure is gone.',
      permuted:
        'Control: the pixels of every image in one and the same random order. The network still learns, but neighboring pixels are neighbors no longer: neither smooth shapes nor edges should appear.',
      scrambled:
        'Control: every frequency gets a random phase, the same in all images. Neighboring pixels are as alike as before (the power spectrum is the same), but edges are gone. Filters may look like edges all the same: their shape alone proves little.',
      shuffled:
        'Control: 1,000 digits with random labels, learned by heart. The images are intact, but the task makes no sense.',
      untrained: 'Control: as many steps at a learning rate of 0. Nothing is learned, so nothing should be found.',
    },
  },
  filters: {
    title: 'The first filters, live',
    lede: 'Each square is one filter of the first layer: a few weights that slide over the image. Blue, with a small minus, is negative, white zero, red positive.',
    loading: 'Loading…',
    rows: 'Small: the untrained twin. Large: the same filter now. One color scale for all.',
    rowsAlone: 'From a file that does not say what they were before training. One color scale for all.',
    words: 'Words',
    and: ' and ',
    labels: (step: number | null) => (step === null ? '.' : `: after ${batches(step)}.`),
    legend: 'weight',
    twin: (index: number) => `Filter ${index} before training`,
    filter: (index: number) => `Filter ${index} now`,
    classes: { edge: 'edge', line: 'line', blob: 'blob', unclassified: 'none', dead: 'dead' },
    classTips: {
      edge: 'Edge: best fitted by an edge, bright on one side, dark on the other. The angle is its direction.',
      line: 'Line: best fitted by a line. The angle is its direction.',
      blob: 'Blob: best fitted by a round spot.',
      unclassified: 'None: no template fits it better than 99% of random filters are fitted by one.',
      dead: 'Dead: its norm is below 5% of the strongest filter’s: the network does not use it.',
    },
    fitMeans:
      'R²ori, the template fit: the share of a filter that the edge or line most like it explains, from 0 to 1. Noise reaches about 0.25 with 5 × 5 weights.',
    fitTip: (share: number) =>
      `R²ori ${share.toFixed(2)}: the share of this filter that the best edge or line explains, from 0 to 1`,
  },
  timeline: {
    title: 'Timeline',
    tip: 'Drag back to see the filters, the statistics and the accuracy of an earlier batch',
    live: 'Live',
    liveTip: 'Follow the training again',
    standing: (step: number, accuracy: string, loss: string, some: number | null) =>
      `after ${batches(step)}: held-out accuracy ${accuracy}, loss ${loss}${some === null ? '' : `, of ${some} digits`}`,
    behind: (step: number, lag: number, accuracy: string, loss: string, some: number | null) =>
      `after ${batches(step)} (${some ?? 'all'} held-out digits last counted after ${lag}: accuracy ${accuracy}, loss ${loss})`,
  },
  emergence: {
    title: 'More like edges than chance?',
    chart: 'Mean R²ori of the layer over the training, over the bands of random layers',
    steps: 'batches learned from',
    layer: 'this layer',
    twin: 'untrained twin',
    independentBand: 'random layers: 99% lie below',
    smoothBand: 'smooth random layers: 99% lie below',
    computing: 'Computing…',
    mean: (step: number) => `mean R²ori after ${batches(step)}: how much edges and lines explain`,
    oriented: (count: number, live: number) => `${count} of ${live} live filters are edges or lines`,
    against: 'Random layers of',
    below: '99% below',
    nulls: { independent: 'independent weights', smooth: 'smooth weights' },
    nullTips: {
      independent: 'Every weight is drawn independently of the others',
      smooth: 'Neighboring weights are as similar as neighboring pixels of the digits',
    },
    verdicts: {
      inside: 'Within the range of chance: nothing follows.',
      smooth: 'More than independent random weights, but no more than smooth ones: smoothness alone may explain it.',
      outside: 'More like edges and lines than either kind of random filter.',
    },
    explanation:
      'p is the share of 20,000 random layers that score at least as high. It is about the mean of all filters in this one training, not about any one filter, and does not say whether edges in the digits made them so, or whether the network needs edges.',
  },
  charts: {
    gap: '. ',
    line: (line: string, first: string, firstStep: number, last: string, lastStep: number) =>
      firstStep === lastStep
        ? `${line}: ${last} after ${batches(lastStep)}`
        : `${line}: from ${first} after ${batches(firstStep)} to ${last} after ${lastStep}`,
  },
  progress: {
    title: 'Progress',
    lede: 'The network never learns from the 1,000 held-out digits. While it learns, 200 of them are counted; when it rests, all. They come from MNIST’s training set, so this is not a score on MNIST’s test set.',
    loss: 'Loss',
    accuracy: 'Accuracy',
    chart: (what: string) => `${what} over the training`,
    steps: 'batches learned from',
    train: 'digits it learns from',
    heldOut: 'held-out digits',
    someHeldOut: (count: number) => `${count} held-out digits`,
    computing: 'Computing…',
    after: (step: number, some: number | null) =>
      `After ${batches(step)}${some === null ? '' : `, of ${some} of the held-out digits`}.`,
    counting: 'Being counted anew…',
    confusion: 'Confusion matrix',
    confusionNote: 'Rows: the true digit. Columns: the network’s answer.',
    confusionCell: (digit: number, said: number, count: number) => `${count} of the ${digit}s were taken for a ${said}`,
    mistakes: 'The worst mistakes',
    mistakesNote: (wrong: number, all: number) =>
      `${wrong} of ${all} held-out digits are wrong; the most confident mistakes first.`,
    mistake: (label: number, said: number) => `a ${label}, taken for ${said}`,
    digit: (label: number) => `A handwritten ${label}`,
    thoughts: (said: number, right: number) =>
      `The answer had ${(100 * said).toFixed(0)}%, the true digit ${(100 * right).toFixed(0)}%`,
  },
  settings: {
    title: 'Settings',
    lede: 'Everything that a run depends on. It is all in the address, so a link reproduces the run to the last bit.',
    names: {
      kernelSize: 'Kernel size',
      filters: 'Filters',
      lr: 'Learning rate',
      batchSize: 'Batch size',
      weightDecay: 'Weight decay',
      epochs: 'Epochs',
      seed: 'Seed',
      initialization: 'Initialization',
      optimizer: 'Optimizer',
      condition: 'Condition',
    },
    tips: {
      kernelSize: 'Width and height of each filter of the first layer',
      filters: 'How many filters the first layer has, 1 to 32',
      lr: 'How far each step goes; it falls linearly to 0',
      batchSize: 'How many images each step learns from',
      weightDecay: 'How fast unused weights of the first layer fade; this is how the initial noise disappears',
      epochs: 'How many times every image is seen',
      seed: 'Which random numbers are used: for the split into training and held-out digits, the initial weights and the order of the images',
      initialization: 'What the weights start as: PyTorch’s default, or He’s normal distribution',
      optimizer: 'How the gradient becomes a step; choosing one sets the learning rate that suits it',
      condition: 'What it learns from',
    },
    choices: {
      ...{ default: 'PyTorch’s default', he: 'He (normal)' },
      ...{ sgd: 'SGD, momentum 0.9', plain: 'SGD', adam: 'Adam', adamw: 'AdamW' },
    },
    range: (least: number, most: number, whole: boolean) =>
      `Expected ${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`,
    copy: 'Copy link',
    copied: 'Copied',
    copyTip: 'Copy a link that reproduces this run',
    defaults: 'Defaults',
    defaultsTip: 'Back to the settings of the main example',
    hash: 'Weight hash:',
    noHash: 'shown when the training has finished',
    hashNote: 'The same settings give the same hash on any machine, in Node as in the browser.',
    took: (seconds: string, rate: number, threads: number) =>
      `${seconds} s of training, ${grouped.format(rate)} images/s, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
  },
  hero: heroEn,
  presets: presetsEn,
  network: networkEn,
  convolution: convolutionEn,
  draw: drawEn,
  inspector: inspectorEn,
  story: storyEn,
  trouble: troubleEn,
};
