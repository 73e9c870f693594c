import type { Experiment } from './experiments.js';

/** The English texts of this card. */
export const presetsEn = {
  title: 'Experiments',
  question: 'What to look for: ',
  none: 'These are settings of your own. A button sets all of them for an experiment and begins with an untrained network.',
  names: {
    recipe: 'The recipe',
    noDecay: 'No decay',
    permuted: 'Pixels permuted',
    scrambled: 'Phases scrambled',
    shuffled: 'Labels shuffled',
    tooFast: 'Steps too large',
    small: '3 × 3',
    single: 'One filter',
    otherSeed: 'Another start',
  } satisfies Record<Experiment, string>,
  asks: {
    recipe: 'do noisy filters become edges, and more so than smooth noise looks like edges by chance?',
    noDecay: 'nothing makes the noise of the start fade. Is the network worse? What do its filters look like?',
    permuted: 'no pixel has its neighbors any more. Can the network still learn? Can there be edges?',
    scrambled: 'digits as smooth as before, but without edges. Will filters look like edges all the same?',
    shuffled: '1,000 digits with random labels, learned by heart. Does learning as such make edges?',
    tooFast: 'a learning rate 20 times as large. Does it learn faster?',
    small: 'a filter of nine weights. Does “it looks like an edge” still say anything?',
    single: 'one filter in place of twelve. How much accuracy does that cost?',
    otherSeed: 'other random numbers at the start. Do the same filters come out?',
  } satisfies Record<Experiment, string>,
  answer: (name: string) => `What came out: ${name}`,
  answerTip: 'Guess first, then train, then look here',
  answers: {
    recipe:
      'They do: 97.3% of the held-out digits are named right, 11 of 12 filters are edges or lines, and the mean R²ori, 0.77, is above that of 99% of smooth random layers (0.75).',
    noDecay:
      'Just as accurate (97.3%), but what is learned lies under the noise of the start: R²ori 0.63, within the range of smooth random layers.',
    permuted:
      'It learns less well (91.5%), and no filter is an edge: R²ori 0.33, hardly more than independent noise (0.27).',
    scrambled:
      'It learns (95.4%), and 7 of 12 filters look like edges or lines, as in smooth random layers: R²ori 0.58. So a filter that looks like an edge need not come from edges.',
    shuffled:
      'All 1,000 are known by heart, and of the other digits 7% are named right, fewer than by guessing. R²ori 0.48: more than independent noise, less than smooth noise.',
    tooFast:
      'It breaks: in batch 124 the loss is no number any more. With a rate of 0.4 it survives, but names only 86.8% right, and 7 of 12 filters are dead.',
    small:
      'Hardly: R²ori is 0.66, but that of independent 3 × 3 noise is 0.56 already, and that of smooth noise 0.80. The network does well all the same (96.9%).',
    single: 'Next to nothing: 97.1%. The layers behind it do the rest. The one filter became an edge.',
    otherSeed:
      'Other filters in another order, but edges and lines again: 8 of 11 live filters, R²ori 0.80, and 98.3%.',
  } satisfies Record<Experiment, string>,
  measured: 'From one training with exactly these settings; other seeds give somewhat other numbers.',
};
