import { ArgumentError, checkChoice, checkNumber, readOptions } from '../errors.js';
import { cosPi } from './arithmetic.js';
import { checkNotNegative, type Optimizer } from './optimizer.js';
import { checkOptimizer, eachGroup, LRScheduler, type SchedulerState } from './scheduler.js';

/** Options of `OneCycleLR`. */
export interface OneCycleLROptions {
  /** The highest learning rate: one for all groups, or one for each. */
  maxLr: number | readonly number[];
  /** How many steps the cycle takes, at least 2. @default epochs * stepsPerEpoch */
  totalSteps?: number;
  /** In place of `totalSteps`, with `stepsPerEpoch`. */
  epochs?: number;
  stepsPerEpoch?: number;
  /** The fraction of the cycle in which the rate rises, from 0 to 1. @default 0.3 */
  pctStart?: number;
  /** Along half a cosine, or a straight line. @default 'cos' */
  annealStrategy?: 'cos' | 'linear';
  /** Whether the momentum (of Adam: the first of betas) falls while the rate rises, and rises while it falls. @default true */
  cycleMomentum?: boolean;
  /** The lowest momentum. @default 0.85 */
  baseMomentum?: number;
  /** The highest momentum. @default 0.95 */
  maxMomentum?: number;
  /** The cycle begins with maxLr / divFactor. @default 25 */
  divFactor?: number;
  /** It ends with its first learning rate divided by this. @default 1e4 */
  finalDivFactor?: number;
  /** Whether it falls to the first learning rate as fast as it rose, and only then to the end. @default false */
  threePhase?: boolean;
}

/** Where a part of the cycle ends, and what holds there. */
interface Phase {
  end: number;
  rate: (peak: number) => number;
  momentum: number;
}

type Momentum = { momentum?: number; betas?: readonly [number, number] };

/**
 * From a low learning rate up to `maxLr` and down to almost nothing, in one cycle; PyTorch's OneCycleLR. It is meant to
 * take its steps after batches. The rates are its own, whatever it finds.
 * Source: Smith and Topin 2018, https://arxiv.org/abs/1708.07120
 */
export class OneCycleLR extends LRScheduler {
  readonly #peaks: readonly number[];
  readonly #total: number;
  readonly #anneal: (from: number, to: number, share: number) => number;
  readonly #phases: readonly Phase[];
  readonly #cyclesMomentum: boolean;

  /** @throws ArgumentError for options out of range, and for an optimizer without the momentum that it should change */
  constructor(optimizer: Optimizer, options: OneCycleLROptions) {
    const where = 'OneCycleLR';
    const settings = readOptions(where, options, {
      maxLr: undefined,
      totalSteps: undefined,
      epochs: undefined,
      stepsPerEpoch: undefined,
      pctStart: 0.3,
      annealStrategy: 'cos',
      cycleMomentum: true,
      baseMomentum: 0.85,
      maxMomentum: 0.95,
      divFactor: 25,
      finalDivFactor: 1e4,
      threePhase: false,
    });
    checkOptimizer(where, optimizer);
    const { pctStart, baseMomentum, maxMomentum, divFactor, finalDivFactor } = settings;
    const { totalSteps, epochs = Number.NaN, stepsPerEpoch = Number.NaN } = settings;
    const peaks = eachGroup(where, 'maxLr', optimizer, settings.maxLr);
    for (const peak of peaks) checkNumber(where, 'maxLr', peak, { least: 0 });
    checkNumber(where, 'divFactor', divFactor, { least: Number.MIN_VALUE });
    checkNumber(where, 'finalDivFactor', finalDivFactor, { least: Number.MIN_VALUE });
    checkNumber(where, 'pctStart', pctStart, { least: 0, most: 1 });
    checkNotNegative(where, { baseMomentum, maxMomentum });
    const strategy = checkChoice(where, 'annealStrategy', settings.annealStrategy, ['cos', 'linear']);
    const total = totalSteps ?? epochs * stepsPerEpoch;
    checkNumber(where, 'totalSteps (or epochs and stepsPerEpoch)', total, { least: 2, whole: true });
    if (settings.cycleMomentum && optimizer.groups.some((group) => !('momentum' in group || 'betas' in group))) {
      const { name } = optimizer.constructor;
      throw new ArgumentError(where, `${name} has no momentum to cycle; set cycleMomentum to false`);
    }
    const first = (peak: number) => peak / divFactor;
    optimizer.initialRates = peaks.map(first);
    super(optimizer, (initial) => initial, { settings }); // `apply` sets the rates.
    this.#peaks = peaks;
    this.#total = total;
    this.#cyclesMomentum = settings.cycleMomentum;
    this.#anneal =
      strategy === 'cos'
        ? (from, to, share) => to + ((from - to) / 2) * (cosPi(share) + 1)
        : (from, to, share) => (to - from) * share + from;
    const up = { end: pctStart * total - 1, rate: (peak: number) => peak, momentum: baseMomentum };
    const down = { end: 2 * pctStart * total - 2, rate: first, momentum: maxMomentum };
    this.#phases = [
      { end: 0, rate: first, momentum: maxMomentum },
      ...(settings.threePhase ? [up, down] : [up]),
      { end: total - 1, rate: (peak) => first(peak) / finalDivFactor, momentum: maxMomentum },
    ];
    this.apply();
  }

  /** @internal */
  override begin(rates?: readonly number[]): void {
    super.begin(rates);
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

  override loadStateDict(state: SchedulerState): void {
    if (state?.kind === 'OneCycleLR') checkNumber('OneCycleLR', 'the steps taken', state.steps, { most: this.#total });
    super.loadStateDict(state);
  }
}
