/** The English texts of this card. */
export const animalsEn = {
  title: 'Eyes, noses, ears',
  lede: 'Of photographs it is said that deep filters find eyes and noses, and nobody can check it. These animals are drawn by a program, so it is known where each eye, nose and ear is. A network of three layers is told nothing but their names. Do filters for the parts appear?',
  parts: { eye: 'eye', nose: 'nose', ear: 'ear' },
  lines: { eye: 'eyes: full line', nose: 'nose: dashed', ear: 'ears: dotted' },
  samples: {
    title: 'What it learns from',
    note: 'Twelve animals, all combinations of three kinds of ears, two of noses and two of eyes: no part alone tells the name. Point at a face, or press it, to see the truth about it; what looks like an eye and has no line is a decoy.',
    others: 'Draw others',
    all: 'Show the parts of all',
    tip: 'Show where its parts are, or hide that again',
    othersTip: 'Twelve other faces from the same program',
    allTip: 'Outlines the eyes, the nose and the ears in all twelve drawings',
    animals: {
      fox: 'fox',
      cat: 'cat',
      pig: 'pig',
      boar: 'boar',
      dog: 'dog',
      goat: 'goat',
      cow: 'cow',
      hog: 'hog',
      bear: 'bear',
      panther: 'panther',
      mouse: 'mouse',
      hippo: 'hippo',
    },
    ears: { pointed: 'pointed ears', floppy: 'floppy ears', round: 'round ears' },
    nose: { button: 'a button nose', snout: 'a snout' },
    eyes: { round: 'round eyes', slit: 'slit eyes' },
  },
  asked: {
    title: 'The network is asked for',
    animal: 'the animal’s name',
    nose: 'the nose only (control)',
    notes: {
      animal: 'It is told the name of each animal, one of twelve, and nothing about parts.',
      nose: 'Control: the same drawings and as many steps, but it is asked only whether the nose is a button or a snout. Noses should get filters, eyes and ears none.',
    },
  },
  tips: {
    train: 'Start this training, or go on with it; one of the two learns at a time',
    pause: 'Pause this training',
    reset: 'End this training and forget what it found',
  },
  nextSeed: (seed: number) => `Train with seed ${seed}`,
  seed: 'Seed',
  seedTip: 'Of its drawings and its first weights; the same seed gives the same weights to the last bit',
  amount: (learned: string, epochs: number) => `${learned} drawings, seen ${epochs} times, in a worker of its own.`,
  cost: 'It takes about 15 s of one processor core on a computer, and 200 MB of memory, which are given back at the end.',
  shared: 'The digits are being learned at the same time: the two share this machine’s cores, and both take longer.',
  drawing: 'Drawing…',
  accuracy: (step: number) => (step === 0 ? 'Held-out, before training' : `Held-out, after batch ${step}`),
  right: (percent: string, count: number) => `${percent} of ${count}`,
  slowly: 'This training then takes five to ten minutes.',
  diverged: (step: number) => `In batch ${step} the loss was no number any more.`,
  memory: 'There is no memory left for it: it needs about 200 MB. Closing other pages helps.',
  stopped: (step: number | null) =>
    step === null
      ? 'The training on animals has stopped.'
      : `The training on animals has stopped; what is shown is of ${step === 0 ? 'the untrained network' : `batch ${step}`}.`,
  counts: {
    title: 'Filters found',
    of: { animal: 'Asked for the name', nose: 'Control: asked for the nose only' },
    seed: (seed: number) => `seed ${seed}`,
    none: 'not trained yet',
    steps: 'batches learned from',
    filters: 'filters of 32',
    said: (step: number, eye: number, nose: number, ear: number) =>
      `${step === 0 ? 'before training' : `after batch ${step}`}: ${eye} eye, ${nose} nose, ${ear} ear filters of 32`,
    chart: (of: string, said: string) => `${of}. ${said}`,
  },
  filters: {
    title: 'The 32 filters of layer 3',
    note: (step: number) =>
      `${step === 0 ? 'Before training: the untrained twin' : `After batch ${step}`}. Each square is a filter: the four pieces of unseen drawings, of 20x20 pixels, that excite it most. With a word: it finds that part more surely than control networks do. With a bracket: the part without which it falls most, but not enough.`,
    empty: 'When the training has begun, here is what each filter answers to.',
    when: 'Shown after',
    whenTip: 'The filters before training, or after so many batches',
    tip: 'Shows what excites this filter, and how it is judged',
    before: 'before training',
    newest: 'newest',
    filter: (index: number, what: string) => `Filter ${index}: ${what}`,
    silent: 'no answer',
    none: 'no part',
    finds: (part: string, percent: string) => `${part} ${percent}`,
    leans: (part: string, percent: string) => `(${part} ${percent})`,
    counted: (part: string) => `counts as a filter for the ${part}`,
    uncounted: 'does not count as a filter for a part',
    onPart: (part: string, percent: string, count: number, least: string) =>
      `Its largest answer is on the ${part} in ${percent} of the ${count} unseen drawings that excite it most (needed: more than ${least}, which 99 in 100 filters of controls do not reach).`,
    fall: (part: string, percent: string, others: string) =>
      `In the same drawings without the ${part}, its answers fall by ${percent} (needed: more than half); without another part by at most ${others}.`,
    rises: 'Its answers fall without no part.',
    silentNote: 'It answers to none of the unseen drawings: training has killed it.',
    drawing: (animal: string, on: boolean, part: string) =>
      `${animal}, the answer is ${on ? '' : 'not '}on the ${part}`,
    pieces: 'What excites it most; the frame is what it sees.',
  },
  rule: {
    title: 'What counts',
    text: (top: number, half: number, eye: string, nose: string, ear: string) =>
      `A filter counts for a part when two things hold in the ${top} of ${half} unseen drawings that excite it most. Its largest answer lies on the part more often than that of 99 in 100 filters of control networks (three untrained, one that learned shuffled names by heart): more than ${eye} for eyes, ${nose} for noses, ${ear} for ears. And its answers fall by more than half when the very same drawings are drawn again without the part. What belongs to a filter is chosen on ${half} other drawings. ${top} are few: one more or less is 5%.`,
  },
  five: {
    title: 'Is it so each time?',
    caption: 'Filters found after the last batch, a column for each of the seeds 0 to 4, computed in Node',
    mean: 'mean ± SD',
    row: (asked: string, part: string) => `${asked}: ${part}`,
    asked: { animal: 'name', nose: 'nose only' },
    accuracy: 'right, %',
    before: 'Before training all ten networks have 0, 0, 0.',
    small:
      'It varies: in seed 2 most filters died and few parts were found, and in two of five controls two filters count for eyes although nobody asked for them.',
    study:
      'This run is smaller than the study, examples/eyes-noses-ears.md, with 10,000 drawings seen 7 times. There five seeds gave 6 to 9 eye, 3 to 8 nose and 5 to 9 ear filters of 32, with 98.1 to 98.9% of names right, and none before training. Asked for the nose only: 12 to 17 nose filters, no ear filter, and no eye filter in four seeds; in one seed of the five there were two.',
    limits:
      'It is a toy world: each part has two or three shapes. It shows that names alone can make filters for parts, and that the question decides which; it does not show that networks for photographs have them.',
  },
  hash: 'Weight hash:',
};

export type AnimalsTexts = typeof animalsEn;
