/** The steps of the guided story: the card that each speaks of, and what in it the page brings into view. */
export const STEPS = [
  { card: 'convolution', shows: '#convolution .controls, #convolution .sheet' },
  { card: 'filters', shows: '#filters .filter-grid' },
  { card: 'filters', shows: '#filters .filter-grid, #timeline' },
  { card: 'filters', shows: '#emergence .chart' },
  { card: 'inspector', shows: '#inspector .choose-filter, #inspector .needed .buttons' },
] as const;
