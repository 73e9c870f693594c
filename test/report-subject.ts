import { loadMnist } from '../datasets/index.js';
import { network, SETTINGS, train } from '../examples/lib/recipe.js';
import { Conv2D, type Dataset, manualSeed, type Sequential } from '../src/index.js';
import { FilterTimeline, nullDistribution, studyFilters } from '../src/inspect/index.js';
import type { ReportOptions } from '../src/node/index.js';

/** Few digits: 1,200 to learn from and 200 held out. */
export async function fewDigits(): Promise<{ train: Dataset; heldOut: Dataset }> {
  const all = await loadMnist();
  const first = (count: number) => Array.from({ length: count }, (_, i) => i);
  return { train: all.train.subset(first(1200)), heldOut: all.heldOut.subset(first(200)) };
}

/** What a report needs of a model as it is. */
export function subjectOf(model: Sequential, digits: ReportOptions['digits'], timeline?: FilterTimeline) {
  const { weight } = model.at('conv1', Conv2D);
  const [, , size] = weight.shape;
  const nulls = [
    nullDistribution('normal', size, { draws: 4000 }),
    nullDistribution('colored', size, { draws: 4000, patches: digits.train }),
  ];
  return { model, digits, nulls, timeline, study: studyFilters(weight.data, weight.shape, { nulls, timeline }) };
}

/** A small network after one epoch, with its timeline. */
export async function trainedSubject() {
  const digits = await fewDigits();
  manualSeed(1);
  const model = network({ filters: 5 });
  const timeline = new FilterTimeline(model.at('conv1', Conv2D).weight, { heldOut: digits.heldOut });
  await train(model, digits, { ...SETTINGS, epochs: 1, batchSize: 32 }, [timeline]);
  return { ...subjectOf(model, digits, timeline), batchSize: 32 };
}
