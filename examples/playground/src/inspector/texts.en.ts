/** The English texts of the inspector. */
import { batches } from '../texts/batches.en.js';
export const inspectorEn = {
  title: 'Inspect one filter',
  lede: 'What does a single filter look for, what excites it, and does the network need it? Remove it, or put a textbook filter in its place, and count.',
  open: (index: number) => `Inspect filter ${index}`,
  choose: 'Choose a filter',
  filter: (index: number) => `Filter ${index}`,
  of: (step: number) => `The filters after ${batches(step)}.`,
  behind: (step: number) => `After ${batches(step)}.`,
  weights: 'Its weights',
  template: 'Nearest edge or line',
  templateTip: (share: number) => `This template explains ${(100 * share).toFixed(0)}% of the filter`,
  templateNote: (family: string, angle: number, share: number) =>
    `${family}, ${angle.toFixed(0)}°, explains ${(100 * share).toFixed(0)}%`,
  handMade: 'Nearest hand-made filter',
  handMadeNote: (name: string, cosine: string) => `${name}, cosine ${cosine}`,
  swapped: (name: string, cosine: string) => `${name}, bright and dark swapped, cosine ${cosine}`,
  none: 'Nothing: all its weights are 0.',
  map: 'Its feature map',
  mapTip: 'Of the digit on the draw pad, before ReLU: red where the digit looks like the filter',
  digit: 'The digit on the draw pad',
  exciting: 'Held-out digits that excite it most',
  excitingTip: (label: number, value: string) => `A ${label}: in the frame the filter gives ${value}`,
  maximized: 'Its preferred input',
  maximizedTip: 'Found by gradient ascent from plain gray: dark where it wants ink',
  unmoved: 'No input increases its response.',
  needed: 'Does the network need it?',
  neededNote:
    'Each change is made for one evaluation on the 1,000 held-out digits, then undone; nothing is retrained. A difference of a few digits may be chance.',
  ablate: 'Ablate it',
  ablateTip: 'Set all weights of this filter to 0 and count how many held-out digits are named right',
  replace: 'Replace it by',
  replaceTip: 'Put this hand-made filter, scaled to the same norm, in its place and count',
  replacement: 'Hand-made filter',
  measuring: 'Counting…',
  ablated: (index: number) => `Without filter ${index}`,
  replaced: (index: number, name: string) => `Filter ${index} replaced by “${name}”`,
  at: (step: number) => `after ${batches(step)}`,
  change: (before: string, after: string) => `${before} → ${after}`,
  difference: (digits: number) =>
    digits === 0
      ? 'no change'
      : `${digits > 0 ? '+' : '−'}${Math.abs(digits)} ${Math.abs(digits) === 1 ? 'digit' : 'digits'}`,
};

export type InspectorTexts = typeof inspectorEn;
