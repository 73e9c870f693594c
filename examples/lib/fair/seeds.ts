/** Seeds that nobody chose: read off the hash of the commit that registers a study. */
import { InvalidArgumentError } from 'commander';

/** Reads the hash from the command line. */
export function commitHash(text: string): string {
  if (/^[0-9a-f]{40}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected the 40 hexadecimal digits of a commit.');
}

/**
 * Ten seeds: groups of four hexadecimal digits from left to right; one below 1000 (seeds that were looked at before), or equal to an
 * earlier one, gets 65,536 added until it is neither.
 */
export function seedsOf(hash: string): number[] {
  const seeds: number[] = [];
  for (const group of hash.match(/.{4}/g) ?? []) {
    let seed = Number.parseInt(group, 16);
    while (seed < 1000 || seeds.includes(seed)) seed += 65_536;
    seeds.push(seed);
  }
  return seeds;
}
