/** The worker that runs the network to find out about one filter. */
import { Conv2D, type Dataset, evaluate, type Sequential } from '../../../../src/index.js';
import { ablate, handMadeFilters, maximize, replaceFilter, topActivations } from '../../../../src/inspect/index.js';
import type { Changed, FromInspector, Seen, ToInspector } from '../inspector/messages.js';
import { failureOf } from './failure.js';
import { HeldOut } from './held-out.js';
import { AT_ONCE, networkOf } from './job.js';
import { answerLayers } from './layers.js';
import { loadWeights } from './weights.js';

/** How many digits are shown. */
const EXCITING = 8;

const post = (message: FromInspector) => self.postMessage(message);
let job: { model: Sequential; heldOut: HeldOut } | null = null;

/** Answers what the inspector asks. */
export function answerInspector(data: ToInspector): void {
  if (data.type === 'ping') {
    post({ type: 'pong' });
  } else if (data.type === 'prepare') {
    job = { model: networkOf(data.settings), heldOut: new HeldOut(data.pixels, data.labels) };
  } else {
    const { id, weights } = data;
    try {
      if (!job) throw new Error('the inspector has no network');
      const { model } = job;
      const heldOut = job.heldOut.dataset();
      loadWeights(model, weights);
      if (data.type === 'look') post({ type: 'seen', id, answer: look(model, heldOut, data.filter) });
      else if (data.type !== 'change') post({ type: 'layers', id, answer: answerLayers(model, heldOut, data) });
      else post({ type: 'changed', id, answer: change(model, heldOut, data.filter, data.by) });
    } catch (error) {
      post({ type: 'failed', id, failure: failureOf(error) });
    }
  }
}

function look(model: Sequential, heldOut: Dataset, filter: number): Seen {
  const exciting = topActivations(model, 'conv1', filter, heldOut, { count: EXCITING, batchSize: AT_ONCE });
  return {
    exciting: exciting.map(({ index, label, value, patch }) => ({
      ...{ index, label, value, top: patch.top, left: patch.left },
    })),
    maximized: maximized(model, filter),
  };
}

/** The part of the image that the filter in the middle sees. */
function maximized(model: Sequential, filter: number): number[] | null {
  const size = model.at('conv1', Conv2D).weight.shape[2];
  try {
    const { values, row, column } = maximize(model, 'conv1', filter, { inputShape: [1, 28, 28] });
    return Array.from(
      { length: size * size },
      (_, i) => values[(row + Math.floor(i / size)) * 28 + column + (i % size)],
    );
  } catch {
    return null; // A filter of zeros, or one that has no positive weight, cannot be excited.
  }
}

function change(model: Sequential, heldOut: Dataset, filter: number, by: string | null): Changed {
  const size = model.at('conv1', Conv2D).weight.shape[2];
  const kernel = handMadeFilters(size).find(({ name }) => name === by)?.values;
  const changed = kernel ? replaceFilter(model, 'conv1', filter, rowsOf(kernel, size)) : ablate(model, 'conv1', filter);
  const right = ({ accuracy }: { accuracy: number }) => Math.round(accuracy * heldOut.length);
  const settings = { batchSize: AT_ONCE };
  return {
    before: right(evaluate(model, heldOut, settings)),
    after: right(changed.evaluate(heldOut, settings)),
    total: heldOut.length,
  };
}

function rowsOf(values: Float64Array, size: number): number[][] {
  return Array.from({ length: size }, (_, row) => Array.from(values.subarray(row * size, (row + 1) * size)));
}
