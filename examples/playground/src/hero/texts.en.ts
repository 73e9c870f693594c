const grouped = new Intl.NumberFormat('en');

/** The English texts of the hero. */
export const heroEn = {
  title: 'From noise to an edge',
  /** One for each act of the film. */
  captions: [
    'A filter is 25 numbers that slide over a digit. Where they fit, the map turns red.',
    'It starts as noise, and learns a little from each batch of digits.',
    'It has become an edge: ink on the left, paper on the right. Nobody told it to.',
  ],
  digit: 'A digit',
  filter: (batches: number) => `A filter, after ${grouped.format(batches)} ${batches === 1 ? 'batch' : 'batches'}`,
  map: 'The map',
  live: 'Do it live',
  liveTip: 'Start the training in this page, and go to its filters',
  seeLive: 'See it live',
  seeLiveTip: 'Go to the filters that are learning now',
  play: 'Play',
  playTip: 'Show how this filter learned',
  pause: 'Pause',
  pauseTip: 'Stop this film',
  note: 'A recording of one of 12 filters. The button trains all of them, here on your machine.',
  /** For those who hear the page: the weights and the sums of the map, smallest and largest. */
  description: (batches: number, weights: [string, string], before: [string, string], after: [string, string]) =>
    `A recording: a window of 5 by 5 pixels slides over a handwritten 4, and at each place the filter gives one number of a map of 20 by 20. Untrained, the filter is noise, and the numbers of its map are small, from ${before[0]} to ${before[1]}. After ${grouped.format(batches)} batches of digits its left columns are positive and its right ones negative, from ${weights[0]} to ${weights[1]}, and the map goes from ${after[0]} to ${after[1]}: largest along the right edges of the strokes, smallest along the left ones.`,
};

export type HeroTexts = typeof heroEn;
