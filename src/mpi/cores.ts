import { readFileSync } from 'node:fs';
import { availableParallelism, hostname } from 'node:os';
import type { Communicator } from '../train/world.js';
import { gather } from './share.js';

/** The cores that a process may run on, from what Linux says of it, such as '0-3,8'; null elsewhere. */
export function coresIn(status: string): number[] | null {
  const list = /^Cpus_allowed_list:\s*([\d,-]+)$/m.exec(status)?.[1];
  if (list === undefined) return null;
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

interface Place {
  host: string;
  cores: number[] | null;
}

/**
 * How many threads leave each core one: of the cores that a rank may run on it gets its share, whether mpirun binds each rank to
 * cores of its own, several to the same, or none.
 * @param all where each rank runs
 * @param most how many this rank may have at once
 */
export function threadsFor(rank: number, all: readonly Place[], most: number): number {
  const { host, cores } = all[rank];
  const here = all.filter((each) => each.host === host);
  const users = (core: number) => here.filter((each) => each.cores?.includes(core) ?? true).length;
  const share = cores ? cores.reduce((sum, core) => sum + 1 / users(core), 0) : most / here.length;
  // A hair more: three thirds are less than one.
  return Math.max(1, Math.min(most, Math.floor(share + 1e-6)));
}

/** Asks the other ranks where they run. */
export async function ownThreads(world: Communicator): Promise<number> {
  let cores: number[] | null = null;
  try {
    cores = coresIn(readFileSync('/proc/self/status', 'utf8'));
  } catch {
    // Not Linux.
  }
  const places = await gather(world, JSON.stringify({ host: hostname(), cores } satisfies Place));
  return threadsFor(
    world.rank,
    places.map((text) => JSON.parse(text)),
    availableParallelism(),
  );
}
