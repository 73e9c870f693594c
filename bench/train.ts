/**
 * Trains the same networks with convgrad and its peers, in turns, and compares images a second.
 *
 *     npm run bench:train                                 everything, one thread on one core
 *     npm run bench:train -- --quick                      net S alone, in a minute
 *     npm run bench:train -- --threads 2 --batch 32,64    two threads: convgrad and PyTorch, beside one
 */
import { Command, InvalidArgumentError } from 'commander';
import { contest, type Outcome } from './lib/contest.js';
import { TaskFolder } from './lib/data.js';
import { describeMachine, pin, saveResults } from './lib/machine.js';
import { builtConvgrad, sourceConvgrad } from './lib/ours.js';
import { CONTESTANTS } from './lib/peer.js';
import { complaints, deviation, HEAD, ratios, rows } from './lib/report.js';
import { table } from './lib/table.js';
import { NETS, type NetSpec, trainingFlops } from './nets.js';

const positive = (text: string): number => {
  if (Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Expected a number above 0.');
};
const names = (known: readonly string[]) => (text: string) => {
  const given = text.split(',');
  const unknown = given.find((name) => !known.includes(name.replace(/@\d+$/, '')));
  if (unknown !== undefined) throw new InvalidArgumentError(`No ${unknown} among ${known.join(', ')}.`);
  return given;
};

const options = new Command()
  .name('bench:train')
  .description('Trains the same networks with convgrad and its peers, in turns, and compares images a second.')
  .option('--nets <names>', `networks, of ${Object.keys(NETS)}`, names(Object.keys(NETS)))
  .option('--batch <sizes>', 'images a step', (text: string) => text.split(',').map(positive), [32, 1])
  .option('--contestants <names>', `who takes part, of ${CONTESTANTS}; NAME@1 has one thread`, names(CONTESTANTS))
  .option('--repeats <n>', 'turns each', positive)
  .option('--slice <seconds>', 'length of a turn', positive, 0.25)
  .option('--budget <seconds>', 'for the turns of one contestant with one network', positive)
  .option('--threads <n>', 'more than one leaves out those who have none', positive, 1)
  .option('--cores <list>', 'the cores to stay on (default: 0 for one thread, 0-1 for two)')
  .option('--source', 'measure src through tsx instead of the built package')
  .option('--name <name>', 'of the file in results/ (default: train-1-thread, -quick where that is so)')
  .option('--quick', 'net S alone unless --nets says otherwise, 5 turns, at most 4 seconds each')
  .allowExcessArguments(false)
  .showHelpAfterError()
  .parse()
  .opts<{
    nets?: string[];
    batch: number[];
    contestants?: string[];
    repeats?: number;
    slice: number;
    budget?: number;
    threads: number;
    cores?: string;
    source?: boolean;
    name?: string;
    quick?: boolean;
  }>();

const { quick = false, threads, batch: batches, slice } = options;
const nets = options.nets ?? (quick ? ['S'] : Object.keys(NETS));
const contestants =
  options.contestants ?? (threads > 1 ? ['convgrad', 'convgrad@1', 'pytorch', 'pytorch@1'] : CONTESTANTS);
const repeats = options.repeats ?? (quick ? 5 : 21);
const budget = options.budget ?? (quick ? 4 : 20);
const cores = options.cores ?? (threads > 1 ? `0-${threads - 1}` : '0');
const name = options.name ?? `train-${threads}-thread${threads > 1 ? 's' : ''}${quick ? '-quick' : ''}`;

const convgrad = options.source ? sourceConvgrad : builtConvgrad();
const machine = describeMachine();
const pinned = pin(cores);
console.log(`${machine.cpu}, node ${machine.node}, PyTorch ${machine.pytorch}, load ${machine.loadAverage}`);
console.log(pinned ? `threads: ${threads}, on cores ${cores}\n` : `threads: ${threads}; taskset failed: NOT pinned\n`);

const folder = await TaskFolder.create();
const results: object[] = [];
let sound = true;
try {
  for (const net of nets) {
    for (const batch of batches) {
      const taskFile = folder.task(NETS[net], { batch, threads, convgrad });
      const outcomes = await contest({ contestants, taskFile, batch, repeats, slice, budget });
      console.log(`Net ${net}, batch ${batch}: ${NETS[net].title}`);
      report(outcomes, batch, NETS[net]);
      results.push({ net, batch, threads, outcomes: outcomes.map((outcome) => summary(outcome, outcomes)) });
    }
  }
} finally {
  folder.remove();
}
const settings = { threads, cores: pinned ? cores : 'not pinned', repeats, slice, budget, source: options.source };
console.log(`written to ${saveResults(name, { machine, settings, results })}`);
if (!sound) process.exitCode = 1;

/** Prints the table, and what makes a number in it worthless. */
function report(outcomes: Outcome[], batch: number, net: NetSpec): void {
  console.log(table(HEAD, rows(outcomes, trainingFlops(net))));
  for (const outcome of outcomes) {
    if (outcome.error) console.log(`${outcome.name} cannot: ${outcome.error}`);
    else {
      const found = complaints(outcome, reference(outcomes), batch, net);
      for (const complaint of found) console.log(`WRONG: ${outcome.name}: ${complaint}`);
      sound &&= found.length === 0;
    }
  }
  console.log();
}

function summary(outcome: Outcome, outcomes: Outcome[]): object {
  const ours = outcomes.find((other) => other.name === 'convgrad' && !other.error);
  if (outcome.error) return { name: outcome.name, error: outcome.error };
  return {
    ...outcome,
    rates: outcome.rates.map((rate) => Number(rate.toPrecision(6))),
    firstLossesOff: deviation(outcome, reference(outcomes)),
    oursToTheirs: ours && ratios(ours, outcome),
  };
}

/** Whose losses everybody's are compared with: PyTorch's, if it is there. */
function reference(outcomes: Outcome[]): Outcome {
  const able = outcomes.filter(({ error }) => !error);
  return able.find((outcome) => outcome.name === 'pytorch') ?? able[0];
}
