import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import { cosPi } from './arithmetic.js';
import type { Optimizer } from './optimizer.js';
import { checkOptimizer, LRScheduler } from './scheduler.js';

export interface OneCycleLROptions {
  /** The highest learning rate, or one for each group. */
  maxLr: number | readonly number[];
  /** How many steps the cycle takes; or `epochs` and `stepsPerEpoch`. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** Share of the cycle that goes up: 0.3 unless given. */
  pctStart?: number;
  /** Along half a cosine or a straight line: 'cos' unless given. */
  annealStrategy?: 'cos' | 'linear';
  /** Whether the momentum (of Adam: the first of betas) goes the other way meanwhile: true unless given. */
  cycleMomentum?: boolean;
  /** The lowest momentum: 0.85 unless given. */
  baseMomentum?: number;
  /** The highest momentum: 0.95 unless given. */
  maxMomentum?: number;
  /** The cycle begins with maxLr / divFactor: 25 unless given. */
  divFactor?: number;
  /** It ends with its first learning rate divided by this: 1e4 unless given. */
  finalDivFactor?: number;
  /** Goes down to the first learning rate as fast as it went up, and only then to the end: false unless given. */
  threePhase?: boolean;
}

const KNOWN = [
  ...['maxLr', 'totalSteps', 'epochs', 'stepsPerEpoch', 'pctStart', 'annealStrategy', 'cycleMomentum'],
  ...['baseMomentum', 'maxMomentum', 'divFactor', 'finalDivFactor', 'threePhase'],
];

/** Where a stretch of the cycle ends, and what holds there. */
interface Phase {
  end: number;
  rate: (peak: number) => number;
  momentum: number;
}

type Momentum = { momentum?: number; betas?: readonly [number, number] };

/**
 * From a low learning rate up to `maxLr` and down to almost nothing, in one cycle of `totalSteps` steps; PyTorch's
 * OneCycleLR. It is meant to be called after each batch.
 * Source: Smith and Topin 2018, https://arxiv.org/abs/1708.07120
 */
export class OneCycleLR extends LRScheduler {
  readonly #peaks: readonly number[];
  readonly #total: number;
  readonly #anneal: (from: number, to: number, share: number) => number;
  readonly #phases: readonly Phase[];
  readonly #cyclesMomentum: boolean;

  constructor(optimizer: Optimizer, options: OneCycleLROptions) {
    checkOptions('OneCycleLR', options, KNOWN);
    checkOptimizer('OneCycleLR', optimizer);
    const { maxLr, annealStrategy = 'cos', cycleMomentum = true, threePhase = false } = options ?? {};
    const { pctStart = 0.3, baseMomentum = 0.85, maxMomentum = 0.95, divFactor = 25, finalDivFactor = 1e4 } = options;
    const { length } = optimizer.groups;
    const peaks = typeof maxLr === 'number' ? new Array<number>(length).fill(maxLr) : [...(maxLr ?? [])];
    if (peaks.length !== length) {
      throw new ArgumentError(
        'OneCycleLR',
        `expected maxLr to be a number, or ${length}, one a group, got ${show(maxLr)}`,
      );
    }
    for (const peak of peaks) checkNumber('OneCycleLR', 'maxLr', peak, { least: 0 });
    checkNumber('OneCycleLR', 'divFactor', divFactor, { least: Number.MIN_VALUE });
    checkNumber('OneCycleLR', 'finalDivFactor', finalDivFactor, { least: Number.MIN_VALUE });
    checkNumber('OneCycleLR', 'pctStart', pctStart, { least: 0, most: 1 });
    checkNumber('OneCycleLR', 'baseMomentum', baseMomentum, { least: 0 });
    checkNumber('OneCycleLR', 'maxMomentum', maxMomentum, { least: 0 });
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear') {
      throw new ArgumentError('OneCycleLR', `expected annealStrategy 'cos' or 'linear', got ${show(annealStrategy)}`);
    }
    const total = checkNumber('OneCycleLR', 'totalSteps (or epochs and stepsPerEpoch)', stepsOf(options), {
      ...{ least: 2, whole: true },
    });
    if (cycleMomentum && optimizer.groups.some((group) => !('momentum' in group || 'betas' in group))) {
      throw new ArgumentError(
        'OneCycleLR',
        `${optimizer.constructor.name} has no momentum to cycle; set cycleMomentum to false`,
      );
    }
    super(
      optimizer,
      peaks.map((peak) => peak / divFactor),
    );
    this.#peaks = peaks;
    this.#total = total;
    this.#cyclesMomentum = cycleMomentum;
    this.#anneal =
      annealStrategy === 'cos'
        ? (from, to, share) => to + ((from - to) / 2) * (cosPi(share) + 1)
        : (from, to, share) => (to - from) * share + from;
    const first = (peak: number) => peak / divFactor;
    const up = { end: pctStart * total - 1, rate: (peak: number) => peak, momentum: baseMomentum };
    const down = { end: 2 * pctStart * total - 2, rate: first, momentum: maxMomentum };
    this.#phases = [
      { end: 0, rate: first, momentum: maxMomentum },
      ...(threePhase ? [up, down] : [up]),
      { end: total - 1, rate: (peak) => first(peak) / finalDivFactor, momentum: maxMomentum },
    ];
    this.apply();
  }

  /** @throws ArgumentError past the end of the cycle */
  protected override apply(): void {
    const { steps } = this;
    if (steps > this.#total) {
      throw new ArgumentError('OneCycleLR', `the cycle has ${this.#total} steps, and this would be one more`);
    }
    const phases = this.#phases;
    const after = phases.findIndex(({ end }, i) => i > 0 && (steps <= end || i === phases.length - 1));
    const [from, to] = [phases[after - 1], phases[after]];
    // A phase of no length is over when it begins; past its last step the cycle stays at its end.
    const share = to.end > from.end ? Math.min(1, (steps - from.end) / (to.end - from.end)) : 1;
    this.optimizer.groups.forEach((group: Momentum & { lr: number }, i) => {
      const peak = this.#peaks[i];
      group.lr = this.#anneal(from.rate(peak), to.rate(peak), share);
      if (!this.#cyclesMomentum) return;
      const momentum = this.#anneal(from.momentum, to.momentum, share);
      if (group.betas) group.betas = [momentum, group.betas[1]];
      else group.momentum = momentum;
    });
  }

  protected override rate(initial: number): number {
    return initial; // `apply` sets the rates.
  }
}

function stepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  return totalSteps ?? (epochs ?? Number.NaN) * (stepsPerEpoch ?? Number.NaN);
}
