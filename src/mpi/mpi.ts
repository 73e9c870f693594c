import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { readOptions } from '../errors.js';
import type { Communicator, World } from '../train/world.js';
import { ownThreads } from './cores.js';
import { join, MpiError } from './library.js';
import { Together } from './training.js';
import { type WorldOptions, worldOf } from './world.js';

/** The options of `mpi`: see `WorldOptions`. */
export type MpiOptions = WorldOptions;

/** Set for each process that mpirun starts, or srun with PMIx. */
const STARTED = ['OMPI_COMM_WORLD_SIZE', 'PMIX_RANK'];

const ALONE: Communicator = { rank: 0, size: 1, broadcast() {}, allReduce() {}, exchange() {} };

let joined: Promise<Communicator> | null = null;

/**
 * The processes that `mpirun` or SLURM's `srun --mpi=pmix` has started, for `fit` with `world`; without either, this process
 * alone, for which no MPI need be installed. It takes Open MPI and the package koffi. When one of the processes ends with an
 * error or is killed, all end.
 * @param options into how many parts a batch falls, and how gradients are added; as many threads as cores over the ranks that
 * share them, unless given
 * @throws MpiError when Open MPI is not to be found, or srun has started several processes without it; ArgumentError
 * without koffi
 */
export async function mpi(options: MpiOptions = {}): Promise<World> {
  readOptions('mpi', options, { parts: undefined, reduction: undefined, threads: undefined });
  if (wasStarted()) joined ??= begin();
  const communicator = (await joined) ?? ALONE;
  const threads = options.threads ?? (communicator.size > 1 ? await ownThreads(communicator) : undefined);
  return worldOf(communicator, { ...options, threads });
}

/** Whether there are other processes, which know of each other. */
function wasStarted(): boolean {
  const { env } = process;
  if (STARTED.some((name) => env[name] !== undefined)) return true;
  const tasks = Number(env.SLURM_STEP_NUM_TASKS ?? 1);
  if (tasks === 1) return false;
  const advice = 'start them with srun --mpi=pmix, or with mpirun';
  throw new MpiError('mpi', `srun has started ${tasks} processes that do not know of each other: ${advice}`);
}

async function begin(): Promise<Communicator> {
  const communicator = await join();
  let failure: { error: unknown } | null = null;
  process.on('uncaughtExceptionMonitor', (error) => {
    failure = { error };
  });
  process.once('exit', (code) => {
    const leaves = code === 0 && Together.underWay.size > 0;
    if (code === 0 && !leaves) {
      communicator.finalize();
      return;
    }
    const say = (text: string) => writeSync(2, `rank ${communicator.rank}: ${text}\n`);
    if (leaves) say('it has left a training that the others go on with');
    // Node prints what ended the program only after this, and there is no after. Somebody who listens has printed it.
    if (failure && process.listenerCount('uncaughtException') === 0) say(inspect(failure.error));
    communicator.abort(code || 1);
  });
  return communicator;
}
