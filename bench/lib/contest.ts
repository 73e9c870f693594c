import { Peer } from './peer.js';
import { median } from './statistics.js';

export interface ContestOptions {
  contestants: readonly string[];
  taskFile: string;
  batch: number;
  /** How often each takes its turn, */
  repeats: number;
  /** for about how many seconds, */
  slice: number;
  /** and for at most how many seconds in all. */
  budget: number;
}

export interface Outcome {
  name: string;
  facts: Record<string, string | number>;
  /** Why it could not train. */
  error?: string;
  /** Images a second, one number a turn. */
  rates: number[];
  steps: number;
  /** The loss of each of its first steps, from the same weights on the same batches. */
  firstLosses: number[];
  /** Mean loss of its first and of its last steps. */
  fell: [number, number];
}

interface Entrant extends Outcome {
  peer?: Peer;
  losses: number[];
  spent: number;
}

/** As many steps are made before anything is timed, so that the losses of all can be compared. */
const CHECKED_STEPS = 3;

/**
 * Lets them take turns in short runs, in another order each time: the machine's noise comes in bursts of seconds and so
 * meets all of them alike.
 */
export async function contest(options: ContestOptions): Promise<Outcome[]> {
  const entrants = options.contestants.map((name): Entrant => {
    return { name, facts: {}, rates: [], steps: 0, firstLosses: [], fell: [NaN, NaN], losses: [], spent: 0 };
  });
  try {
    for (const entrant of entrants) await warmUp(entrant, options);
    for (let round = 0; round < options.repeats; round++) {
      for (let i = 0; i < entrants.length; i++) {
        const entrant = entrants[(i + round) % entrants.length];
        const turn = entrant.spent / Math.max(1, entrant.rates.length);
        if (entrant.peer && (round === 0 || entrant.spent + turn <= options.budget)) {
          const seconds = await train(entrant, entrant.steps);
          entrant.spent += seconds;
          entrant.rates.push((entrant.steps * options.batch) / seconds);
        }
      }
    }
  } finally {
    for (const { peer } of entrants) peer?.close();
  }
  return entrants.map(({ peer: _, losses, spent: __, ...outcome }) => {
    const window = Math.max(1, Math.min(losses.length >> 1, Math.ceil(256 / options.batch)));
    return { ...outcome, fell: [mean(losses.slice(0, window)), mean(losses.slice(-window))] };
  });
}

/** Starts it, makes the steps whose losses are compared, and finds how many steps fill a turn. */
async function warmUp(entrant: Entrant, { taskFile, slice }: ContestOptions): Promise<void> {
  try {
    entrant.peer = await Peer.start(entrant.name, taskFile);
    entrant.facts = entrant.peer.facts;
    for (let i = 0; i < CHECKED_STEPS; i++) await train(entrant, 1);
    entrant.firstLosses = entrant.losses.slice();
    // Compilers take their time: it runs for a turn's length before its speed is believed.
    const start = performance.now();
    const rates: number[] = [];
    do rates.push(1 / (await train(entrant, 1)));
    while (performance.now() - start < 1000 * slice);
    entrant.steps = Math.max(1, Math.round(slice * median(rates.slice(rates.length >> 1))));
  } catch (error) {
    entrant.error = error instanceof Error ? error.message.split('\n')[0] : String(error);
    entrant.peer?.close();
    entrant.peer = undefined;
  }
}

async function train(entrant: Entrant, steps: number): Promise<number> {
  const { seconds, losses } = await entrant.peer!.run(steps);
  entrant.losses.push(...losses);
  return seconds;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
