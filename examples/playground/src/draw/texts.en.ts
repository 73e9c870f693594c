/** The English texts of the draw pad. */
export const drawEn = {
  pad: 'Drawing board: draw a digit from 0 to 9 with the mouse, a finger or a pen. With the keyboard, choose an example below it.',
  hint: 'Draw here',
  clear: 'Clear',
  clearTip: 'Clear the board',
  examples: 'Or choose a held-out digit',
  example: (label: number) => `A handwritten ${label} that the network never learns from`,
  seen: 'What the network sees',
  seenTip: 'Scaled to fit 20 × 20 pixels, its center of mass in the middle of 28 × 28, as all digits of MNIST are',
  permuted: 'This network learned from permuted pixels, so it sees your drawing permuted, too.',
  scrambled: 'This network learned from digits with scrambled phases, so it sees your drawing scrambled, too.',
  untrained: 'The network has learned nothing yet: these numbers are the guesses of random weights. Train it first.',
  empty: 'Nothing is drawn yet.',
  loading: 'There is no network yet.',
  says: (digit: number, percent: string) => `It says ${digit}, with ${percent}`,
  probabilities: 'Probability of each digit',
  probability: (digit: number, percent: string) => `${digit}: ${percent}`,
};

export type DrawTexts = typeof drawEn;
