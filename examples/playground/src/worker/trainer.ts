/** The worker that trains: the examples' own training, let through batch by batch. */
import { type Callback, type Sequential, setThreads, type TrainingState, weightHash } from '../../../../src/index.js';
import { train } from '../../../lib/recipe.js';
import { whySlow } from './engine.js';
import { failureOf } from './failure.js';
import { afterMessages, Canceled, Gate } from './gate.js';
import { digitsAt, type Learned, learnedOf, networkOf, trainingOf } from './job.js';
import type { Frame, FromTrainer, ToTrainer } from './messages.js';
import { weightsOf } from './weights.js';

/** Shortest time between two frames, in ms. */
const BETWEEN_FRAMES = 66;

const post = (message: FromTrainer, transfer: Transferable[] = []) => self.postMessage(message, { transfer });
const sendFrame = (run: number, frame: Frame) => post({ type: 'frame', run, frame }, [frame.weights.buffer]);

/** What it learns from. */
let known: { key: string; digits: Learned } | null = null;
let gate: Gate | null = null;

/** Answers what the page asks of the worker that trains. */
export function answerTrainer(data: ToTrainer): void {
  if (data.type === 'ping') post({ type: 'pong' });
  else if (data.type === 'pace') gate?.setPace(data);
  else if (data.type === 'step') gate?.step();
  else {
    gate?.cancel();
    gate = new Gate(data.pace);
    prepare(data, gate).catch((error: unknown) => {
      if (!(error instanceof Canceled)) post({ type: 'failed', run: data.run, failure: failureOf(error) });
    });
  }
}

/** Everything up to the first batch, and then the training, as far as the gate lets it. */
async function prepare(job: ToTrainer & { type: 'prepare' }, own: Gate): Promise<void> {
  const { run, settings } = job;
  const isWanted = () => own === gate;
  await afterMessages();
  const digits = isWanted() && (await digitsFor(job, isWanted));
  if (!digits) return;
  const threads = await setThreads(job.threads);
  if (!isWanted()) return;
  const training = trainingOf(settings, digits.whole, digits.length);
  const model = networkOf(settings);

  const start = { step: 0, epoch: 0, loss: Number.NaN, accuracy: Number.NaN, imagesPerSecond: 0 };
  const frame: Frame = { ...start, weights: weightsOf(model), kept: true };
  const { epochs, batchSize } = training;
  const steps = epochs * Math.ceil(digits.length / batchSize);
  const prepared = { steps, epochs, threads, slow: whySlow() };
  post({ type: 'prepared', run, prepared, frame }, [frame.weights.buffer]);
  const reporter = new Reporter(run, steps, batchSize, digits.length);
  own.onHold = () => reporter.catchUp();
  const waits: Callback = { onTrainBegin: () => own.pass(), onBatchEnd: () => own.pass() };
  const { trainSeconds, imagesPerSecond } = await train(
    model,
    { train: digits.source(batchSize), heldOut: undefined }, // Another worker counts the held-out digits.
    training,
    [reporter, waits],
  );
  post({ type: 'finished', run, hash: weightHash(model), trainSeconds, imagesPerSecond });
}

/** Unpacks them where they are not known, and lets go of those that were; null when nobody wants them any more. */
async function digitsFor(
  { settings, digits: url }: ToTrainer & { type: 'prepare' },
  isWanted: () => boolean,
): Promise<Learned | null> {
  const key = `${settings.seed} ${settings.condition}`;
  if (known?.key !== key) {
    known = null;
    const packed = await digitsAt(url);
    if (!isWanted()) return null;
    known = { key, digits: learnedOf(packed, settings) };
  }
  return known.digits;
}

/** Sends frames while a training goes on: some of each second, and those that the timeline keeps. */
class Reporter implements Callback {
  #sent = 0;
  #newest: TrainingState | null = null;
  #sentStep = 0;
  #before = { seen: 0, loss: 0, correct: 0 };
  #due = 1;

  constructor(
    private readonly run: number,
    private readonly steps: number,
    private readonly batchSize: number,
    private readonly length: number,
  ) {}

  onEpochBegin(): void {
    this.#before = { seen: 0, loss: 0, correct: 0 };
  }

  onBatchEnd(state: TrainingState): void {
    const { step } = state;
    this.#newest = state;
    const kept = step >= this.#due || step === this.steps;
    if (!kept && performance.now() - this.#sent < BETWEEN_FRAMES) return;
    // Each kept step about a seventh later than the one before: most happens at the beginning.
    if (kept) this.#due = Math.max(step + 1, Math.round(step * 1.15));
    this.#send(state, kept);
  }

  /** Sends where the training stands, if that has not been sent: the page shows the batch at which it was paused. */
  catchUp(): void {
    if (this.#newest && this.#newest.step !== this.#sentStep) this.#send(this.#newest, false);
  }

  #send({ model, step, epoch, batch, loss, accuracy, imagesPerSecond }: TrainingState, kept: boolean): void {
    this.#sent = performance.now();
    this.#sentStep = step;
    // fit tells the means of the epoch so far; what came since the last frame is the difference.
    const seen = Math.min(batch * this.batchSize, this.length);
    const { seen: seenBefore, loss: lossBefore, correct } = this.#before;
    const recent = seen - seenBefore;
    this.#before = { seen, loss: loss * seen, correct: accuracy * seen };
    sendFrame(this.run, {
      ...{ step, epoch, imagesPerSecond, kept, weights: weightsOf(model as Sequential) },
      ...{ loss: (loss * seen - lossBefore) / recent, accuracy: (accuracy * seen - correct) / recent },
    });
  }
}
