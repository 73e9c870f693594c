/** The steps of the guided story: the card that each speaks of, and where in it the page scrolls to. */
export const STEPS = [
  { card: 'convolution', anchor: 'convolution' },
  { card: 'filters', anchor: 'filters' },
  { card: 'filters', anchor: 'timeline' },
  { card: 'filters', anchor: 'emergence' },
  { card: 'inspector', anchor: 'inspector' },
] as const;
