import { noGrad } from '../autograd/graph.js';
import type { Dataset, Inputs, Targets } from '../data/dataset.js';
import { DataLoader } from '../data/loader.js';
import { inEvaluation } from '../nn/modes.js';
import type { AnyModule } from '../nn/module.js';
import { shareOf } from '../ops/share.js';
import { type Loss, lossOf, type Measures } from '../train/evaluate.js';
import type { Metric } from '../train/metrics.js';
import { infer } from '../train/predict.js';
import { sizeOfBatch } from '../train/source.js';
import type { World } from '../train/world.js';

/** That of `evaluate`: the same batches give the same figures. */
const BATCH = 100;

/** The sums that the metrics know, in one list. */
export function stateOf(metrics: readonly Metric<unknown, unknown>[]): number[] {
  return metrics.flatMap((metric) => metric.saveState!() as number[]);
}

/** Lets the metrics know these sums. */
export function loadState(metrics: readonly Metric<unknown, unknown>[], sums: readonly number[]): void {
  let at = 0;
  for (const metric of metrics) {
    const { length } = metric.saveState!() as number[];
    metric.loadState!(sums.slice(at, at + length));
    at += length;
  }
}

/**
 * What `evaluate` gives, bit by bit: each rank measures every so-many-th batch, and all ranks add up the figures of all batches
 * in their order.
 */
export async function evaluateTogether(
  world: World,
  model: AnyModule,
  dataset: Dataset<Targets, Inputs>,
  loss: Loss<unknown, unknown>,
  byName: ReadonlyMap<string, Metric<unknown, unknown>>,
): Promise<Measures> {
  const metrics = [...byName.values()];
  const reset = () => {
    for (const metric of metrics) metric.reset();
  };
  reset();
  const empty = stateOf(metrics);
  const width = 2 + empty.length;
  const loader = new DataLoader(dataset, { batchSize: BATCH });
  const figures = new Float64Array(loader.length * width);
  inEvaluation(model, () => {
    let batch = 0;
    for (const indices of loader.indices()) {
      const at = batch++ * width;
      if ((batch - 1) % world.size !== world.rank) continue;
      const { x, y } = loader.pick(indices);
      reset();
      noGrad(() => {
        const output = infer(model, x);
        const { sum, weight } = shareOf(lossOf('evaluate', loss, output, y), sizeOfBatch({ x, y }));
        for (const metric of metrics) metric.update(output, y);
        figures.set([sum, weight, ...stateOf(metrics)], at);
      });
    }
  });
  await world.allReduce(figures);
  const sums = [0, 0, ...empty];
  for (let i = 0; i < figures.length; i++) sums[i % width] += figures[i];
  const [sum, weight, ...states] = sums;
  loadState(metrics, states);
  const measured = Object.fromEntries([...byName].map(([name, metric]) => [name, metric.result()]));
  return { loss: sum / weight, metrics: measured };
}
