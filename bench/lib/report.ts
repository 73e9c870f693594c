import { isNormalized, type NetSpec } from '../nets.js';
import type { Outcome } from './contest.js';
import { median, quantile, show } from './statistics.js';

/**
 * Sums in another order, float64 instead of float32: so much may the losses of the first steps differ. They do by about
 * 1e-7; a learning rate of 0 shows as 2e-3 in the third.
 */
const TOLERANCE = 1e-5;
/**
 * The same where there is batch norm: PyTorch 1.13 sums its gradients in float32 without parts where channels are last, and
 * is off by 2e-3 of them (its other layout by 1e-5), which makes 5e-4 of the third loss.
 */
const NORMALIZED_TOLERANCE = 1e-3;

/** What is wrong with an outcome: nobody is to be timed doing nothing, or something else. */
export function complaints(outcome: Outcome, reference: Outcome, batch: number, net: NetSpec): string[] {
  const found: string[] = [];
  const worst = deviation(outcome, reference);
  if (!(worst <= (isNormalized(net) ? NORMALIZED_TOLERANCE : TOLERANCE)))
    found.push(`losses differ from ${reference.name}'s by ${show(worst)}`);
  // The first steps are the reference's; whether it goes on learning shows after some hundred images more.
  const [before, after] = outcome.fell;
  if (outcome.rates.length * outcome.steps * batch >= 640 && !(after < before)) {
    found.push(`loss did not fall: ${show(before)} to ${show(after)}`);
  }
  return found;
}

/** The largest relative difference of the losses of the first steps. */
export function deviation(outcome: Outcome, reference: Outcome): number {
  const differences = outcome.firstLosses.map((loss, i) => Math.abs(loss / reference.firstLosses[i] - 1));
  return Math.max(...differences.map((difference) => (Number.isNaN(difference) ? Infinity : difference)));
}

/** ours / theirs: of the medians, and the median of the ratios of runs that were neighbors in time. */
export function ratios(ours: Outcome, theirs: Outcome): { ofMedians: number; ofNeighbors: number } {
  const shared = Math.min(ours.rates.length, theirs.rates.length);
  const neighbors = Array.from({ length: shared }, (_, i) => ours.rates[i] / theirs.rates[i]);
  return { ofMedians: median(ours.rates) / median(theirs.rates), ofNeighbors: median(neighbors) };
}

export const HEAD = ['', 'images/s', 'best', 'quartiles', 'GFLOP/s', 'ours/theirs', 'neighbors', 'turns', 'loss'];

/** Rows of the table: one a contestant. */
export function rows(outcomes: readonly Outcome[], flops: number): string[][] {
  const ours = outcomes.find(({ name, error }) => name === 'convgrad' && !error);
  return outcomes.map((outcome) => {
    const { name, rates, error } = outcome;
    if (error) return [name, 'cannot', ...HEAD.slice(2).map(() => '')];
    const quartiles = `${show(quantile(rates, 0.25))}-${show(quantile(rates, 0.75))}`;
    const middle = median(rates);
    const compared = ours ? ratios(ours, outcome) : { ofMedians: NaN, ofNeighbors: NaN };
    return [
      name,
      show(middle),
      show(Math.max(...rates)),
      quartiles,
      show((middle * flops) / 1e9),
      show(compared.ofMedians),
      show(compared.ofNeighbors),
      `${rates.length} x ${outcome.steps}`,
      outcome.fell.map(show).join(' to '),
    ];
  });
}
