import { ArgumentError, checkChoice, checkNumber, readOptions, show } from '../errors.js';
import type { FitSettings } from '../train/fit-options.js';
import type { Communicator, World } from '../train/world.js';
import { Together } from './training.js';

/** Options of `mpi` and `worldOf`. */
export interface WorldOptions {
  /**
   * Into how many parts each batch falls. The more, the more ranks can share it, and the smaller what a kernel gets at once.
   * @default 8; with the reduction 'allReduce' as many as there are ranks
   */
  parts?: number;
  /**
   * How gradients are added: 'tree', along a fixed tree, so that the weights do not depend on the number of ranks; 'allReduce',
   * as the communicator does it fastest.
   * @default 'tree', where the number of ranks is a power of two and divides that of the parts, as 1, 2, 4 and 8 do; else
   * 'allReduce', which rank 0 says
   */
  reduction?: 'tree' | 'allReduce';
  /** On how many threads this rank computes, unless `setThreads` says otherwise. @default all cores */
  threads?: number;
}

/**
 * Makes of a way to exchange numbers what `fit` trains with: `mpi` calls it, and so may who has another way than MPI.
 * @throws ArgumentError for the reduction 'tree' where that cannot be
 */
export function worldOf(communicator: Communicator, options: WorldOptions = {}): World {
  const where = 'worldOf';
  const given = readOptions(where, options, { parts: undefined, reduction: undefined, threads: undefined });
  const methods = ['broadcast', 'allReduce', 'exchange'] as const;
  if (!methods.every((name) => typeof communicator?.[name] === 'function')) {
    throw new ArgumentError(where, `expected a communicator, with ${methods.join(', ')}, got ${show(communicator)}`);
  }
  const { rank, size } = communicator;
  checkNumber(where, 'the number of ranks', size, { least: 1, whole: true });
  checkNumber(where, 'the rank', rank, { least: 0, most: size - 1, whole: true });
  for (const name of ['parts', 'threads'] as const) {
    if (given[name] !== undefined) checkNumber(where, name, given[name], { least: 1, whole: true });
  }
  if (given.reduction !== undefined) checkChoice(where, 'reduction', given.reduction, ['tree', 'allReduce']);
  const wanted = given.parts ?? 8;
  // A branch of the tree for each rank, all of one height.
  const fits = (size & (size - 1)) === 0 && wanted % size === 0;
  const reduction = given.reduction ?? (fits ? 'tree' : 'allReduce');
  if (reduction === 'tree' && !fits) {
    const expected = `expected a number of ranks that is a power of two and divides ${wanted} parts`;
    throw new ArgumentError(where, `${expected}, for the reduction 'tree', got ${size}`);
  }
  const parts = given.parts ?? (reduction === 'tree' ? wanted : size);
  if (reduction === 'allReduce' && given.reduction === undefined && rank === 0) {
    const why = `${size} ranks and ${wanted} parts make no tree of equal branches`;
    console.warn(
      `convgrad: ${why}: the weights depend on the number of ranks (reduction: 'allReduce' says that it may be so)`,
    );
  }
  const world: World = {
    rank,
    size,
    parts,
    reduction,
    threads: given.threads,
    broadcast: (bytes, from) => communicator.broadcast(bytes, from),
    allReduce: (numbers) => communicator.allReduce(numbers),
    exchange: (partner, sent, received) => communicator.exchange(partner, sent, received),
    share: <Settings, Shared>(settings: Settings) => new Together(world, settings as FitSettings) as Shared,
  };
  return world;
}
