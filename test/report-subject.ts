import { loadMnist, shapes } from '../datasets/index.js';
import { network, SETTINGS, train } from '../examples/lib/recipe.js';
import {
  Conv2D,
  Dataset,
  Dense,
  Flatten,
  fit,
  MaxPool2D,
  type Module,
  manualSeed,
  ReLU,
  Sequential,
  SGD,
} from '../src/index.js';
import { FilterTimeline, nullDistribution } from '../src/inspect/index.js';
import { type ReportOptions, studyFilters } from '../src/report/index.js';

type Data = Required<ReportOptions['data']>;

/** Few digits: 1,200 to learn from and 200 held out. */
export async function fewDigits(): Promise<Data> {
  const all = await loadMnist();
  const first = (count: number) => Array.from({ length: count }, (_, i) => i);
  return { train: all.train.subset(first(1200)), heldOut: all.heldOut.subset(first(200)) };
}

/** Edges and bars in color: a class is a color and the way that they run. */
function coloredShapes(count: number, seed: number): Dataset {
  const { data } = shapes({ count, angles: 2, seed });
  const paints = [
    [1, 0.2, 0.1],
    [0.1, 0.3, 1],
  ];
  const paintOf = (i: number) => (i >> 1) % 2;
  const painted = data.map(
    (input, _, i) =>
      paints[paintOf(i)].flatMap((share) => Array.from(input, (value) => share * Math.min(1, Math.max(0, value)))),
    [3, 16, 16],
  );
  const labels = data.labels.map((label, i) => label + 2 * paintOf(i));
  const names = ['red and level', 'red and upright', 'blue and level', 'blue and upright'];
  return new Dataset(painted.inputs, painted.inputShape, labels, names);
}

/** What a report needs of a model as it is. */
export function subjectOf<M extends Module>(model: M, data: Data, timeline?: FilterTimeline) {
  const { weight } = model.namedModules().find(([, module]) => module instanceof Conv2D)![1] as Conv2D;
  const [, channels, size] = weight.shape;
  const nulls = [
    nullDistribution('normal', size, { draws: 4000 }),
    nullDistribution('colored', size, { draws: 4000, patches: data.train, channels, filters: weight.data }),
  ];
  return { model, data, nulls, timeline, study: studyFilters(weight.data, weight.shape, { nulls, timeline }) };
}

/** A small network on few digits after one epoch, with its timeline. */
export async function trainedSubject() {
  const digits = await fewDigits();
  manualSeed(1);
  const model = network({ filters: 5 });
  const timeline = new FilterTimeline(model.at('conv1', Conv2D).weight, { heldOut: digits.heldOut });
  await train(model, digits, { ...SETTINGS, epochs: 1, batchSize: 32 }, [timeline]);
  return { ...subjectOf(model, digits, timeline), batchSize: 32 };
}

/** A network on color images, with a first layer of another name, after two epochs. */
export async function coloredSubject() {
  const data = { train: coloredShapes(400, 1), heldOut: coloredShapes(100, 2) };
  manualSeed(1);
  const model = new Sequential({
    see: new Conv2D(3, 4, 5),
    act: new ReLU(),
    pool: new MaxPool2D(2),
    flatten: new Flatten(),
    name: new Dense(4 * 36, 4),
  });
  const timeline = new FilterTimeline(model.at('see', Conv2D).weight, { heldOut: data.heldOut });
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  await fit(model, data.train, { epochs: 2, batchSize: 20, optimizer, callbacks: [timeline] });
  return { ...subjectOf(model, data, timeline), batchSize: 20 };
}
