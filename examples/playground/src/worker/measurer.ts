/** The worker that measures what the other one learns, so that neither the training nor the page waits for it. */
import { crossEntropy, evaluate, type Sequential, softmax } from '../../../../src/index.js';
import { emergence, nearestHandMade } from '../../../../src/inspect/index.js';
import type { Settings } from '../state/settings.js';
import { failureOf } from './failure.js';
import { afterMessages } from './gate.js';
import { HeldOut } from './held-out.js';
import { AT_ONCE, digitsAt, heldOutOf, networkOf } from './job.js';
import type { FromMeasurer, HeldOutScore, Measured, ToMeasurer } from './messages.js';
import { storedNulls } from './nulls.js';
import { loadWeights } from './weights.js';

const post = (message: FromMeasurer, transfer: Transferable[] = []) => self.postMessage(message, { transfer });

interface Job {
  run: number;
  settings: Settings;
  model: Sequential;
  heldOut: HeldOut;
}

/** While the network learns, one in so many held-out digits is counted: that takes little from the training. */
const SOME = 5;

let job: Job | null = null;
/** The run asked for last: nothing is computed for those before. */
let newest = 0;
/** Messages are answered one after the other, whatever they wait for. */
let last: Promise<void> = Promise.resolve();

/** Answers what the page asks of the worker that measures. */
export function answerMeasurer(data: ToMeasurer): void {
  if (data.type === 'ping') {
    post({ type: 'pong' });
    return;
  }
  newest = data.run;
  last = last
    .then(() => answer(data))
    .catch((error: unknown) => {
      post({ type: 'failed', run: data.run, failure: failureOf(error) });
    });
}

async function answer(message: Exclude<ToMeasurer, { type: 'ping' }>): Promise<void> {
  const { type, run } = message;
  if (type === 'prepare') {
    await afterMessages();
    if (run !== newest) return;
    const { settings, digits } = message;
    const heldOut = HeldOut.of(heldOutOf(await digitsAt(digits), settings));
    job = { run, settings, model: networkOf(settings), heldOut };
    post({ type: 'prepared', run, pixels: heldOut.pixels, labels: heldOut.labels });
    return;
  }
  if (job?.run === run) post({ type: 'measured', run, measured: measure(job, message) });
}

function measure({ model, settings, heldOut: digits }: Job, asked: ToMeasurer & { type: 'measure' }): Measured {
  const { step, weights, heldOut } = asked;
  const { filters, kernelSize: size } = settings;
  const area = size * size;
  const conv1 = weights.subarray(0, filters * area);
  const layer = emergence(conv1, [filters, 1, size, size], { nulls: storedNulls(size) });
  const [independent, smooth] = layer.nulls;
  if (heldOut !== 'none') loadWeights(model, weights);
  const score = heldOut === 'none' ? null : scoreOf(model, digits, heldOut === 'all' ? 1 : SOME);
  return {
    ...{ step, r2ori: layer.r2ori, live: layer.live, oriented: layer.oriented },
    filters: layer.filters.map(({ class: name, r2ori, norm, template }, i) => {
      const nearest = nearestHandMade(conv1.subarray(i * area, (i + 1) * area), size);
      return { class: name, r2ori, norm, template, nearest };
    }),
    nulls: { independent, smooth },
    heldOut: score && { step, ...score },
  };
}

/** How many mistakes are told. */
const MISTAKES = 12;

/** @param each of so many held-out digits one is counted */
function scoreOf(model: Sequential, heldOut: HeldOut, each: number): Omit<HeldOutScore, 'step'> {
  const digits = heldOut.every(each);
  const probabilities: number[][] = [];
  const { loss, accuracy, confusion, predictions } = evaluate(model, digits, {
    batchSize: AT_ONCE,
    loss: (logits, labels) => {
      probabilities.push(...(softmax(logits).toArray() as number[][]));
      return crossEntropy(logits, labels);
    },
  });
  const wrong = Array.from(predictions.keys()).filter((i) => predictions[i] !== digits.labels[i]);
  const mistakes = wrong.map((i) => ({
    index: each * i,
    label: digits.labels[i],
    said: predictions[i],
    probabilities: probabilities[i],
  }));
  mistakes.sort((a, b) => b.probabilities[b.said] - a.probabilities[a.said]);
  return { digits: digits.length, loss, accuracy, confusion, mistakes: mistakes.slice(0, MISTAKES) };
}
