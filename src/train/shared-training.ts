import type { Dataset, Inputs, Targets } from '../data/dataset.js';
import type { AnyModule } from '../nn/module.js';
import type { Measures } from './evaluate.js';
import type { FitSettings } from './fit-options.js';
import type { Run } from './run.js';

/** @internal How `fit` trains together with other processes. The world brings it, so that who trains alone does not carry it. */
export interface SharedTraining {
  /** Makes the run that all ranks begin alike, with the settings as they are for this rank. */
  begin(model: AnyModule, data: Dataset<Targets, Inputs>, make: (settings: FitSettings) => Run): Promise<Run>;
  /** Ends the training on all ranks if it was stopped on one. */
  agree(): Promise<void>;
  /**
   * Learns from the batch of these examples.
   * @returns whether it did: not if the training was stopped before
   */
  learn(indices: Int32Array): Promise<boolean>;
  /** Measures the validation data, of which each rank takes a share. */
  validate(data: Dataset<Targets, Inputs>): Promise<Measures>;
  /** Gives all ranks the weights with which rank 0 has ended: a callback may have brought back those of the best epoch. */
  end(): Promise<void>;
}
