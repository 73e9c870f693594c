/** How far the story of example 06 is true: three questions, each with something to compare the answer with. */
import { Conv2D, type Dataset, type Evaluation, evaluate, type Sequential } from '../../../src/index.js';
import { ablate } from '../../../src/inspect/index.js';
import { type Study, topOf } from './study.js';

/**
 * Is what is made up for a filter like what excites it in real digits? Pearson's correlation of the two, the mean over
 * all filters; beside it, with what excites the other filters.
 */
export function likeness(filters: readonly Study[]) {
  const of = (own: boolean) =>
    average(
      filters.flatMap(({ madeUp }, i) =>
        filters.filter((_, j) => (i === j) === own).map(({ mean }) => correlation(madeUp.values, mean.values)),
      ),
    );
  return { own: of(true), others: of(false) };
}

/**
 * Are a layer's filters about single digits? The share of the commonest digit among the 50 images that excite a filter
 * most, the mean over all filters.
 */
export function commonestDigit(model: Sequential, layer: string, images: Dataset): number {
  const { outChannels } = model.at(layer, Conv2D);
  return average(
    Array.from({ length: outChannels }, (_, channel) => {
      const labels = topOf(model, layer, channel, images, 50).map(({ label }) => label);
      return Math.max(...labels.map((label) => labels.filter((other) => other === label).length)) / labels.length;
    }),
  );
}

/**
 * Does a digit need the filter that its score leans on most? By how much the share of its images that are recognized
 * drops without that filter, the mean over all digits; beside it, without the one that another digit leans on most, and
 * without any filter of the layer.
 */
export function ablationDrops(model: Sequential, layer: string, scores: readonly Study[], images: Dataset) {
  const recognized = ({ confusion }: Evaluation) =>
    confusion.map((row, digit) => row[digit] / row.reduce((sum, count) => sum + count, 0));
  const whole = recognized(evaluate(model, images));
  const drops = Array.from({ length: model.at(layer, Conv2D).outChannels }, (_, channel) =>
    recognized(ablate(model, layer, channel).evaluate(images)).map((share, digit) => whole[digit] - share),
  );
  const favourites = scores.map(({ combines }) => combines.find(({ wanted }) => wanted)!.channel);
  return {
    own: average(favourites.map((channel, digit) => drops[channel][digit])),
    ofOthers: average(
      favourites.flatMap((own, digit) =>
        favourites.filter((channel) => channel !== own).map((channel) => drops[channel][digit]),
      ),
    ),
    any: average(drops.flat()),
  };
}

export function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [x, y] = [Array.from(a), Array.from(b)].map((values) => {
    const mean = average(values);
    return values.map((value) => value - mean);
  });
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}
