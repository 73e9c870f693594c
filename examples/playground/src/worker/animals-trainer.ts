/** The worker that learns from drawn animals; a part of the program of its own, for few come that far down the page. */
import { type Callback, setThreads, weightHash } from '../../../../src/index.js';
import type { FromAnimals, ToAnimals } from '../animals/messages.js';
import { stepsOf } from '../animals/sizes.js';
import { heldOutDrawings, learnedFor, measure, networkFor, scoredDrawings, trainFor } from '../animals/study.js';
import { whySlow } from './engine.js';
import { failureOf } from './failure.js';
import { Canceled, Gate } from './gate.js';

/** Shortest time between two messages that say where the training stands, in ms. */
const BETWEEN_STEPS = 200;

const post = (message: FromAnimals, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
let gate: Gate | null = null;

/** Answers what the page asks of the worker that learns from drawn animals: one training in its life. */
export function answerAnimals(data: ToAnimals): void {
  if (data.type === 'ping') post({ type: 'pong' });
  else if (data.type === 'pace') gate?.setPace({ paused: data.paused, stepsPerSecond: null });
  else {
    gate = new Gate({ paused: false, stepsPerSecond: null });
    begin(data, gate).catch((error: unknown) => {
      if (!(error instanceof Canceled)) post({ type: 'failed', failure: failureOf(error) });
    });
  }
}

async function begin({ question, seed, sizes }: ToAnimals & { type: 'begin' }, own: Gate): Promise<void> {
  post({ type: 'started', slow: whySlow() });
  await setThreads(1); // The page and the digits' training need the other cores.
  const heldOut = heldOutDrawings();
  const drawings = scoredDrawings(heldOut);
  post({ type: 'drawn', drawings }, [drawings.pixels.buffer, drawings.shown.buffer]);
  const model = networkFor(question, seed);
  const look = (step: number) => post({ type: 'measured', measured: measure(question, model, step, heldOut) });
  look(0);
  await own.pass();
  const data = learnedFor(question, seed, sizes);
  const steps = stepsOf(sizes);
  let [newest, told] = [0, 0];
  const tell = () => {
    told = performance.now();
    post({ type: 'step', step: newest, steps });
  };
  own.onHold = tell; // At rest the page shows where the training stands.
  const reporter: Callback = {
    onTrainBegin: () => own.pass(),
    onBatchEnd({ step, batch, batches }) {
      newest = step;
      const ends = batch === batches;
      if (step === 1 || ends || performance.now() - told > BETWEEN_STEPS) tell();
      if (ends) look(step);
      return own.pass();
    },
  };
  await trainFor(question, seed, model, data, sizes, [reporter]);
  post({ type: 'finished', hash: weightHash(model) });
}
