/** The English texts of the guided story. */
import { batches } from '../texts/batches.en.js';
import type { Facts } from './facts.js';

/** A text that may speak of the network shown. */
export type Told = string | ((facts: Facts) => string);

/** One step's words. */
export interface StepTexts {
  title: string;
  text: Told;
  /** A question, its answers, and what is said to each of them. */
  ask: Told;
  answers: readonly [Told, string][];
  /** What the reader is asked to do, and what is said when it has been done. */
  task: Told;
  seen: Told;
}

const VERDICTS = {
  outside: 'above both bands, so it is hardly chance.',
  smooth: 'above the lower band only, so smoothness alone may do it.',
  inside: 'not above the bands, so it may be chance.',
};

export const storyStepsEn = {
  label: 'Guided story',
  step: (step: number, of: number) => `Step ${step} of ${of}`,
  next: 'Next',
  nextTip: 'The next step',
  skip: 'Skip',
  skipTip: 'Go on without a guess',
  back: 'Back',
  backTip: 'The step before',
  done: 'Done',
  close: 'Close',
  closeTip: 'Close the story (Esc)',
  guess: 'Your guess:',
  guessTip: 'Take this as your guess',
  right: 'Right.',
  wrong: 'Not quite.',
  show: 'Show me',
  showTip: 'Bring it into view, and go there with the keyboard',
  steps: [
    {
      title: 'An image is numbers',
      text: 'To a computer an image is a grid of numbers, one for each pixel. Here 0 is black, and between black and white lie the grays.',
      ask: 'Which number makes a pixel white?',
      answers: [
        ['0', '0 is black. White is at the other end: 255.'],
        ['100', '100 is a gray. White is 255.'],
        ['255', '255 is as bright as it gets.'],
      ],
      task: 'Click a pixel of the image and watch its number.',
      seen: 'You changed a number, and with it the image. Numbers like these are all that a network ever sees.',
    },
    {
      title: 'A filter slides over it',
      text: 'A filter is a small grid of numbers, its weights. Wherever it stops, each weight is multiplied by the pixel that it covers, and the products are added up: that makes one new number.',
      ask: 'The image has 5\u00a0×\u00a05 pixels, the filter 3\u00a0×\u00a03. How many stops are there?',
      answers: [
        ['25', 'At the rim the filter would stick out, so only 9 are left.'],
        ['9', 'Three across times three down.'],
        ['3', 'Three across, and three down as well: 9.'],
      ],
      task: 'Press Play.',
      seen: 'Nine stops, nine sums: a new, smaller image, called a feature map. This operation is a convolution.',
    },
    {
      title: 'This one finds edges',
      text: 'The weights 1, 0 and −1 compare the left side with the right. Where both are alike, the sum is 0. Next it slides over a handwritten digit, where white is 1.',
      ask: 'Where will the sums be far from 0?',
      answers: [
        ['In the background', 'Both sides are equally dark there, so the sum is 0.'],
        ['At upright rims of strokes', 'One side is bright there and the other dark.'],
        ['Everywhere', 'Only where left and right differ: at upright rims of the strokes.'],
      ],
      task: 'Point at a strong red or blue in the result.',
      seen: 'That is an edge: red where the left side is brighter, blue where the right one is. So a filter looks for one pattern, and its map shows where that is.',
    },
    {
      title: 'Many filters look at once',
      text: ({ filters }: Facts) =>
        `A network has more than one filter: this one has ${filters} in its first layer. Each slides over the same digit. From here on 0 is paper and 1 is ink.`,
      ask: 'How many feature maps come out of the first layer?',
      answers: [
        ['One, of all together', 'They are not mixed yet: each filter has a map of its own.'],
        [({ filters }: Facts) => `${filters}, one for each filter`, 'Each filter makes a map of its own.'],
        ['Ten, one for each digit', 'The ten digits come last. Here each filter has a map of its own.'],
      ],
      task: 'Press one of the maps of “Convolution\u00a01”.',
      seen: 'These are the maps, large. Each filter looks for a pattern of its own, and its map is red where it has found it. Its weights decide which pattern that is.',
    },
    {
      title: 'Nobody chooses these weights',
      text: 'A person chose 1, 0 and −1. The network has to find its weights by itself: they start as random numbers, and the pictures as noise.',
      ask: 'What will they become when it learns to read digits?',
      answers: [
        ['Small digits', 'They are too small for a whole digit. See what they become instead.'],
        ['They stay noise', 'Learning changes every one of them. See what they become.'],
        ['Edges and lines', 'Often so, although nobody asks for them. See for yourself.'],
      ],
      task: ({ over }: Facts) =>
        over ? 'It has learned already: drag the timeline to its start and back.' : 'Press Train at the top.',
      seen: ({ score, oriented, batch }: Facts) =>
        `${score ? `After ${batches(score.step)} of ${batch} digits it names ${score.accuracy} of new ones right. ` : ''}${
          oriented
            ? `After ${batches(oriented.step)} ${oriented.count} of ${oriented.of} filters count as edges or lines. `
            : ''
        }The small squares are the same filters before learning. Nobody told them what to look for.`,
    },
    {
      title: 'One step of learning, taken apart',
      text: 'The loss is one number: how far the answers are from the true digits. The gradient tells which weights to raise (arrow up) and which to lower (arrow down), each a little.',
      ask: 'What does one such step do to the loss on the same digits?',
      answers: [
        ['It becomes 0', 'One step is far too short for that: it falls a little.'],
        ['It falls a little', 'Each weight moves only a little, too.'],
        ['It stays the same', 'It falls, but only a little.'],
      ],
      task: 'Press “Do this step”.',
      seen: ({ loss }: Facts) =>
        loss === null
          ? ''
          : loss.after < loss.before
            ? `The loss fell from ${loss.before.toFixed(4)} to ${loss.after.toFixed(4)}. Training is this step again and again, with other digits each time.`
            : `This time it did not fall: ${loss.before.toFixed(4)} became ${loss.after.toFixed(4)}. The step was too long; try a smaller learning rate.`,
    },
    {
      title: 'Layers combine',
      text: 'The second layer does not look at pixels, but at the maps of the first. Each of its filters, shown here, slides over all of them at once.',
      ask: 'What can it find that a single edge filter cannot?',
      answers: [
        ['Fainter edges', 'Those the first layer sees, too. The second one puts edges together.'],
        ['Nothing new', 'It puts edges together: into corners, curves and ends of strokes.'],
        ['Corners and curves', 'They are several edges, side by side.'],
      ],
      task: 'Choose another filter of the second layer.',
      seen: ({ step }: Facts) =>
        step === 0
          ? 'So far it adds up noise: press Train at the top, and strokes and bends come out.'
          : 'The first picture adds up its edges: red where it wants ink, blue where it wants none. The last shows what excites it in real digits. So it looks for a stroke, a bend or a corner.',
    },
    {
      title: 'Pooling makes it smaller',
      text: 'After each convolution the maps are pooled: of every 2 × 2 numbers only the largest is kept.',
      ask: ({ map }: Facts) => `A map has ${map} × ${map} numbers. How many has it after pooling?`,
      answers: [
        [({ pooled }: Facts) => `${pooled} × ${pooled}`, 'Half as many along each side, a quarter in all.'],
        [({ map }: Facts) => `${map} × ${map}`, 'Of four numbers one is kept: half as many along each side.'],
        ['1 × 1', 'That would be a lot to lose: of four numbers one is kept, half along each side.'],
      ],
      task: 'Point at a number of the pooled maps, or tap it.',
      seen: 'In the map before, the four numbers that it came from are framed, the largest is marked. What counts is that something was found, less where exactly.',
    },
    {
      title: 'Is it chance?',
      text: 'The eye finds shapes in noise, too. So this curve says how much the filters look like edges and lines. Of random layers 99% stay in the lower band; of smooth random ones, which look like blurred noise, in both.',
      ask: 'Where must the curve be to be more than chance?',
      answers: [
        ['Within one', 'That is where random layers are, too: it must be above both.'],
        ['Above both', 'Hardly any random layer gets there.'],
        ['Once it rises', 'Chance alone reaches that far: it must be above both bands.'],
      ],
      task: ({ step }: Facts) =>
        step === 0
          ? 'Press Train at the top and watch the curve.'
          : 'Drag the timeline to its start: where was the curve?',
      seen: ({ likeness }: Facts) =>
        `${
          likeness
            ? `${likeness.first} before training, ${likeness.last} after ${batches(likeness.step)}: ${VERDICTS[likeness.verdict]} `
            : ''
        }But is it because of the digits? A control tells: “Pixels permuted”, beside “Learns from”, leaves no edges to find. Train with it after the story.`,
    },
    {
      title: 'Your own digit',
      text: 'All of it together: your digit, the edges in it, what the second layer combines, and a last layer that adds this up to ten numbers: how likely each digit is.',
      ask: 'Will it read your handwriting, though it learned from that of others?',
      answers: [
        ['Certainly', 'Mostly, but it is never certain, even when it says so.'],
        ['Mostly', 'What yours has in common with theirs, it has learned.'],
        ['No', 'Mostly it does: it has learned what all their digits have in common.'],
      ],
      task: 'Draw a digit.',
      seen: ({ step, says }: Facts) =>
        step === 0
          ? 'It has learned nothing yet, so it only guesses. Press Train at the top and see its answer change.'
          : `${says ? `It takes this for a ${says.digit} (${says.share}). ` : ''}And that is all: multiply, add up, keep what is large, and weights that were found by learning. Now try to fool it.`,
    },
  ] satisfies StepTexts[],
};

export type StoryStepsTexts = Omit<typeof storyStepsEn, 'steps'> & { steps: readonly StepTexts[] };
