/** The English texts of "One step of learning, taken apart". */
import { batches } from '../texts/batches.en.js';
export const oneStepEn = {
  title: 'One step of learning, taken apart',
  lede: 'Learning is this step, taken again and again: look at a few digits, find out which way each weight should move, and move all weights a little. Here a copy of the network takes one.',
  go: 'Do this step',
  goTip: 'Let the copy take one step',
  again: 'Again',
  againTip: 'Let the copy take one more step, from where it is now',
  back: 'Back to the page’s network',
  backTip: 'Throw the copy away and take a new one',
  rate: 'Learning rate',
  rateTip: 'How far the step goes for each unit of the gradient',
  own: (rate: string) => `${rate} (as set)`,
  copy: (step: number, taken: number) =>
    taken === 0
      ? `A copy of the network after ${batches(step)}.`
      : `A copy of the network after ${batches(step)}, ${taken === 1 ? 'one step' : `${taken} steps`} further. The page’s network stays as it is.`,
  choose: 'Choose one of the first layer’s filters',
  filter: (index: number) => `Filter ${index}`,
  before: 'Before',
  change: 'Which way, how far',
  after: 'After',
  beforePicture: (index: number) => `Filter ${index} before the step`,
  changePicture: (index: number) => `Filter ${index}: an arrow on each weight, up where it grows, down where it falls`,
  afterPicture: (index: number) => `Filter ${index} after the step`,
  lossBefore: 'Loss',
  lossAfter: 'Loss on the same digits',
  longest: (most: string) => `The longest arrow: ${most}`,
  unmoved: 'No weight moves.',
  waiting: 'Not yet',
  learning: 'The network is learning just now: press the button to copy it as it is.',
  change1: 'change = −learning rate × gradient',
  equation: (row: number, column: number) => `The weight in row ${row}, column ${column}:`,
  parts: { before: 'before', rate: 'learning rate', gradient: 'gradient', after: 'after' },
  weight: (row: number, column: number) => `Weight in row ${row}, column ${column}`,
  writeOut: 'Write this weight out below',
  gradient:
    'The gradient of a weight says how fast the loss would rise if that weight grew. So each weight moves the other way, the further the steeper.',
  fell: (from: string, to: string) => `The loss on these digits fell from ${from} to ${to}.`,
  rose: (from: string, to: string) =>
    `The loss on these digits rose from ${from} to ${to}: the step was too long and went past the goal. A smaller learning rate helps.`,
  same: (loss: string) => `The loss on these digits stays at ${loss}.`,
  broken: 'The loss is no number any more: the steps were far too long. Go back to the page’s network.',
  batch: (shown: number, all: number) => `${shown} of the ${all} digits`,
  batchNote: (all: number) =>
    `Below each: the probability that the network gives to the true digit. The loss is the mean of −log of it over all ${all}: 0 if every digit were certain, 2.3 for blind guessing.`,
  given: (label: number, before: string, after: string | null) =>
    after === null
      ? `A ${label}: ${before} for the ${label}`
      : `A ${label}: ${before} for the ${label} before, ${after} after`,
  to: '→',
  honest: (weights: string) =>
    `The digits are held out: the page’s network never learns from them, and the copy is thrown away. All ${weights} weights take the step together; one filter is shown. It is plain gradient descent, w − learning rate × gradient; the real training takes other digits for each step, and its optimizer and weight decay come from the settings.`,
  numbers: 'All numbers of this filter',
  columns: {
    weight: 'row, column',
    before: 'before',
    gradient: 'gradient',
    change: '−rate × gradient',
    after: 'after',
  },
};

export type OneStepTexts = typeof oneStepEn;
