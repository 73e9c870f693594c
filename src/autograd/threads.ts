import { checkNumber } from '../errors.js';
import { installed } from './backend.js';
import { Team } from './team.js';
import { availableThreads } from './workers.js';

let threadsAreChosen = false;
/** A usual batch, cut into more parts than this, leaves too little to each. */
const MOST_BY_DEFAULT = 16;

/**
 * Computes on `count` threads from now on: worker threads in Node (20.16 or later), web workers in a page that is
 * cross-origin isolated; elsewhere it stays at one. The numbers are the same, to the last bit, on any number of threads,
 * and the threads end with the program.
 * @param count from 1 to 64
 * @default as many as the machine can run at once, at most 16
 * @returns how many threads there are
 * @throws ThreadError from whatever computes, when a thread has died; setThreads starts new ones
 */
export async function setThreads(count?: number): Promise<number> {
  const wanted = count ?? Math.min(availableThreads(), MOST_BY_DEFAULT);
  checkNumber('setThreads', 'the number of threads', wanted, { least: 1, most: 64, whole: true });
  threadsAreChosen = true;
  // What starts them is told here: so a program that never calls this function does not carry it.
  return installed()?.setThreads(wanted, Team.start) ?? 1;
}

/** @internal Starts so many threads, or as many as the machine can run at once, unless `setThreads` was called. */
export async function useAllThreads(count?: number): Promise<void> {
  if (!threadsAreChosen) await setThreads(count);
}
