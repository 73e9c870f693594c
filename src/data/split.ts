import { ArgumentError, checkNumber, show } from '../errors.js';
import { type Generator, generatorOf } from '../random.js';
import { Dataset } from './dataset.js';

/**
 * Splits at random so that every class makes the same fraction of both parts, as far as whole examples allow (largest
 * remainders).
 * @param count how many examples are held out, from 0 to the dataset's length
 * @param generator what the order is drawn from
 * @returns the rest, then what is held out
 */
export function stratifiedSplit(dataset: Dataset, count: number, generator?: Generator): [Dataset, Dataset] {
  const where = 'stratifiedSplit';
  if (!(dataset instanceof Dataset)) throw new ArgumentError(where, `expected a Dataset, got ${show(dataset)}`);
  const random = generatorOf(where, generator);
  checkNumber(where, 'the held-out count', count, { least: 0, most: dataset.length, whole: true });
  const byClass = Array.from({ length: dataset.classes }, (): number[] => []);
  dataset.labels.forEach((label, i) => {
    byClass[label].push(i);
  });
  const exact = byClass.map((members) => (members.length * count) / dataset.length);
  const shares = exact.map(Math.floor);
  const byRemainder = exact.map((_, c) => c).sort((a, b) => exact[b] - shares[b] - (exact[a] - shares[a]) || a - b);
  const missing = count - shares.reduce((sum, n) => sum + n, 0);
  for (const c of byRemainder.slice(0, missing)) shares[c]++;

  const heldOut: number[] = [];
  const rest: number[] = [];
  byClass.forEach((members, c) => {
    random.shuffle(members);
    members.forEach((member, i) => {
      (i < shares[c] ? heldOut : rest).push(member);
    });
  });
  return [dataset.subset(random.shuffle(rest)), dataset.subset(random.shuffle(heldOut))];
}
