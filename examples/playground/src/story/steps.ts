/** The card that each step of the guided story speaks of. */
export const STEPS = [
  { card: 'convolution' },
  { card: 'convolution' },
  { card: 'convolution' },
  { card: 'network' },
  { card: 'filters' },
  { card: 'one-step' },
  { card: 'layers' },
  { card: 'network' },
  { card: 'filters' },
  { card: 'network' },
] as const;
