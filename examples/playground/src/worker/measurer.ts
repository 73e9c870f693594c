/** The worker that measures what the other one learns, so that neither the training nor the page waits for it. */
import { crossEntropy, type Dataset, evaluate, type Sequential, softmax } from '../../../../src/index.js';
import { emergence, type NullDistribution, nearestHandMade, nullDistribution } from '../../../../src/inspect/index.js';
import { DEFAULTS, type Settings } from '../state/settings.js';
import { failureOf } from './failure.js';
import { digitsAt, heldOutOf, networkOf, someDigitsOf } from './job.js';
import type { FromMeasurer, HeldOutScore, Measured, ToMeasurer } from './messages.js';
import { loadWeights } from './weights.js';

const post = (message: FromMeasurer) => self.postMessage(message);

interface Job {
  run: number;
  settings: Settings;
  model: Sequential;
  heldOut: Dataset;
  /** Address of the packed digits. */
  digits: string;
}

let job: Job | null = null;
/** How many digits give the second moments of their patches: as many as `nullDistribution` looks at. */
const PATCHES = 1000;

/** Drawn once for each kernel size, against the digits of seed 0 as they are. */
const nulls = new Map<number, NullDistribution[]>();
/** Messages are answered one after the other, whatever they wait for. */
let last: Promise<void> = Promise.resolve();

/** Answers what the page asks of the worker that measures. */
export function answerMeasurer(data: ToMeasurer): void {
  if (data.type === 'ping') {
    post({ type: 'pong' });
    return;
  }
  last = last
    .then(() => answer(data))
    .catch((error: unknown) => {
      post({ type: 'failed', run: data.run, failure: failureOf(error) });
    });
}

async function answer(message: Exclude<ToMeasurer, { type: 'ping' }>): Promise<void> {
  const { type, run } = message;
  if (type === 'prepare') {
    const { settings, digits } = message;
    const heldOut = heldOutOf(await digitsAt(digits), settings);
    job = { run, settings, model: networkOf(settings), heldOut, digits };
    post({ type: 'prepared', run, inputs: heldOut.inputs.slice(), labels: heldOut.labels.slice() });
    return;
  }
  if (!job || job.run !== run) return;
  if (type === 'nulls') {
    await drawNulls(job);
    post({ type, run });
  } else {
    post({ type: 'measured', run, measured: measure(job, message) });
  }
}

async function drawNulls({ settings: { kernelSize: size }, digits }: Job): Promise<void> {
  if (nulls.has(size)) return;
  const patches = someDigitsOf(await digitsAt(digits), DEFAULTS, PATCHES);
  nulls.set(size, [nullDistribution('normal', size), nullDistribution('colored', size, { patches })]);
}

function measure({ model, settings, heldOut }: Job, asked: ToMeasurer & { type: 'measure' }): Measured {
  const { step, weights, heldOut: scored } = asked;
  const { filters, kernelSize: size } = settings;
  const area = size * size;
  const known = nulls.get(size);
  const conv1 = weights.subarray(0, filters * area);
  const layer = emergence(conv1, [filters, 1, size, size], { nulls: known ?? [] });
  if (scored) loadWeights(model, weights);
  return {
    ...{ step, r2ori: layer.r2ori, live: layer.live, oriented: layer.oriented },
    filters: layer.filters.map(({ class: name, r2ori, norm, template }, i) => {
      const nearest = nearestHandMade(conv1.subarray(i * area, (i + 1) * area), size);
      return { class: name, r2ori, norm, template, nearest };
    }),
    nulls: known ? { independent: layer.nulls[0], smooth: layer.nulls[1] } : null,
    heldOut: scored ? { step, ...score(model, heldOut) } : null,
  };
}

/** How many mistakes are told. */
const MISTAKES = 12;

function score(model: Sequential, heldOut: Dataset): Omit<HeldOutScore, 'step'> {
  const probabilities: number[][] = [];
  const { loss, accuracy, confusion, predictions } = evaluate(model, heldOut, {
    loss: (logits, labels) => {
      probabilities.push(...(softmax(logits).toArray() as number[][]));
      return crossEntropy(logits, labels);
    },
  });
  const wrong = Array.from(predictions.keys()).filter((i) => predictions[i] !== heldOut.labels[i]);
  const mistakes = wrong.map((index) => ({
    index,
    label: heldOut.labels[index],
    said: predictions[index],
    probabilities: probabilities[index],
  }));
  mistakes.sort((a, b) => b.probabilities[b.said] - a.probabilities[a.said]);
  return { loss, accuracy, confusion, mistakes: mistakes.slice(0, MISTAKES) };
}
