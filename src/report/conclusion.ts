import type { Emergence, NullComparison } from '../inspect/filters/emergence.js';
import { pText } from './numbers.js';

/** The significance level: nothing follows from a p-value above it. */
const LEVEL = 0.05;

type Layer = Pick<Emergence, 'live' | 'nulls'>;

/** What follows from the comparison of a layer with its nulls, and what does not, in words. */
export function conclude(after: Layer, before: Layer | null): string {
  if (after.live === 0) return 'All filters are dead: nothing follows.';
  const independent = weakest(after, false);
  const colored = weakest(after, true);
  if (independent && independent.p > LEVEL) {
    return `The filters are no more like edges and lines than random ones are (${shown(independent)}): nothing follows.`;
  }
  const noise = independent && `random ones are (${shown(independent)})`;
  const [name, reason] = HARDER[colored?.kind === 'rotated' ? 'rotated' : 'colored'];
  const smooth = colored && `${name} (${shown(colored)})`;
  if (colored && colored.p > LEVEL) {
    const first = noise ? `The filters are more like edges and lines than ${noise}, but not` : 'The filters are not';
    return `${first} more than ${smooth}: it does not follow that edges were learned, for ${reason} may explain them.`;
  }
  const found = `The filters are more like edges and lines than ${[noise, smooth].filter(Boolean).join(', and than ')}`;
  const limits =
    'This does not show that the network needs edges, nor that edges in the images made them so, and says nothing about any one filter: p describes the ' +
    `layer${colored ? '' : ', and random filters as smooth as the images were not tried'}.`;
  if (!before) return `${found}. Nothing is known of them before training. ${limits}`;
  const earlier = weakest(before, colored !== null);
  if (earlier && earlier.p <= LEVEL) {
    return `${found}, but so they were before training (${shown(earlier)}): it does not follow that training made them so.`;
  }
  return `${found}; before training they were not. ${limits}`;
}

/** What the harder nulls are, and what explains a layer that does not pass them. */
const HARDER = {
  colored: ['random ones as smooth as the images are', 'smoothness alone'],
  rotated: ['random mixtures of themselves are', 'what they have in common'],
} as const;

/** The comparison with the largest p, with the harder nulls or with the others; null when there are none. */
function weakest({ nulls }: Layer, colored: boolean): NullComparison | null {
  const given = nulls.filter(({ kind }) => (kind === 'colored' || kind === 'rotated') === colored);
  return given.length === 0 ? null : given.reduce((worst, next) => (next.p > worst.p ? next : worst));
}

function shown(given: NullComparison): string {
  return `p ${given.p <= given.pFloor ? '' : '= '}${pText(given)}`;
}
