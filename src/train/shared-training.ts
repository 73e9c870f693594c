import type { Dataset, Inputs, Targets } from '../data/dataset.js';
import type { AnyModule } from '../nn/module.js';
import type { History } from './callback.js';
import type { Measures } from './evaluate.js';
import type { FitSettings } from './fit-options.js';
import { Run } from './run.js';
import type { AnyBatch, Batches } from './source.js';

/** @internal Makes the run of one training, or this rank's of a shared one. */
export async function beginRun(
  model: AnyModule,
  data: Dataset<Targets, Inputs> | Batches<AnyBatch>,
  settings: FitSettings,
): Promise<{ run: Run; shared?: SharedTraining }> {
  const make = (changed: FitSettings) => new Run(model, data, changed);
  const shared = settings.world?.share<FitSettings, SharedTraining>(settings);
  if (!shared) return { run: make(settings) };
  return { run: await shared.begin(model, data as Dataset<Targets, Inputs>, make), shared };
}

/** @internal How `fit` trains together with other processes. The world brings it, so that who trains alone does not carry it. */
export interface SharedTraining {
  /** Makes the run that all ranks begin alike, with the settings as they are for this rank. */
  begin(model: AnyModule, data: Dataset<Targets, Inputs>, make: (settings: FitSettings) => Run): Promise<Run>;
  /** Whether the training goes on; it ends on all ranks when it was stopped on one. */
  goesOn(): Promise<boolean>;
  /**
   * Learns from the batch of these examples.
   * @returns whether it did: not if the training was stopped before
   */
  learn(indices: Int32Array): Promise<boolean>;
  /** Measures the validation data, of which each rank takes a share. */
  validate(data: Dataset<Targets, Inputs>): Promise<Measures>;
  /** Ends the run, and gives all ranks rank 0's weights: a callback may have brought back those of the best epoch. */
  end(): Promise<History>;
}
