/** The English texts of what went wrong, and of what one should know. */
export const troubleEn = {
  /** What a worker's failure means for the reader. */
  effects: {
    trainer: 'The training has stopped.',
    begin: 'No training can begin.',
    measurer: 'Accuracy, mistakes and likeness to edges cannot be measured.',
    inspector: 'The filter cannot be inspected.',
  },
  /** From sentence to sentence. */
  gap: ' ',
  /** Why. */
  absent:
    'This browser gives the page no workers, in which networks train and are measured: it is too old, or the page was opened from a place that it does not trust. You can still take a convolution apart.',
  unloaded:
    'The worker’s program could not be loaded: the connection is broken, a file is missing on the host, or a policy of the host forbids workers.',
  lost: 'The worker does not answer any more. Perhaps the browser ended it to save memory.',
  memory: 'There is no memory left for it. Fewer filters or smaller batches need less; so does closing other pages.',
  download: (detail: string) => `The digits could not be downloaded (${detail}).`,
  damaged: (detail: string) => `The file of digits, digits.bin, is damaged or something else (${detail}).`,
  diverged: (step: number, rate: number) =>
    `In batch ${step} the loss was no number any more: the steps were too large, and the weights grew without end. A learning rate below ${rate} helps.`,
  failed: (detail: string) => `The engine says: ${detail}`,
  mend: 'Try again',
  mendTip: 'Start what has stopped again; a training begins from its start',
  loading: 'Loading…',
  /** In place of what a worker that failed would have told. */
  unmeasured: 'Not available: the message at the top says why.',
  unlearned: (percent: string, rate: 'large' | 'small' | null) =>
    `It has not learned: it names ${percent} of the digits right, no more than guessing does. ${
      rate === null ? 'Try other settings.' : `Its learning rate is probably too ${rate}.`
    }`,
  refused: (keys: string) => `These settings in the address are not valid, so their defaults are used: ${keys}`,
  slow: {
    missing: 'This browser has no WebAssembly, or it is turned off,',
    forbidden: 'The page’s host forbids WebAssembly (its policy lacks ‘wasm-unsafe-eval’),',
    old: 'This browser’s WebAssembly is too old (it has no SIMD),',
    other: 'WebAssembly could not be started here,',
  },
  slowly:
    'so plain loops in JavaScript compute: 20 to 50 times slower, and to weights that differ in their last digits, so their hash is another.',
  notCopied: 'Not allowed here',
  cardFailed: 'This part of the page has failed.',
  cardUnloaded:
    'This part of the page could not be loaded: the connection is broken, or a file is missing on the host.',
};

export type TroubleTexts = typeof troubleEn;
