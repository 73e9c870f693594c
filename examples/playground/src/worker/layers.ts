/** What the second layer of filters and the scores make of the first: answers of the worker that runs the network. */
import { Dataset, Flatten, predict, Sequential } from '../../../../src/index.js';
import {
  classSeparability,
  maximize,
  type Patch,
  patchOf,
  receptiveField,
  topActivations,
} from '../../../../src/inspect/index.js';
import type {
  Combined,
  LayersAnswer,
  LayersQuestion,
  Likeness,
  Likest,
  Separable,
  SeparableLayer,
} from '../layers/messages.js';

const IMAGE = [1, 28, 28];
const WIDTH = 28;
/** From the image on. */
const SEPARABLE: readonly SeparableLayer[] = ['pixels', 'relu1', 'relu2', 'dense'];
/** How many digits are shown. */
const EXCITING = 8;

export function answerLayers(model: Sequential, heldOut: Dataset, question: LayersQuestion): LayersAnswer {
  switch (question.type) {
    case 'combined':
      return combined(model, heldOut, question.filter);
    case 'likest':
      return likest(model, heldOut);
    case 'separable':
      return separable(model, heldOut);
  }
}

/** What excites a filter of conv2, and what would. */
export function combined(model: Sequential, heldOut: Dataset, filter: number): Combined {
  const field = receptiveField(model, 'conv2', IMAGE);
  const top = topActivations(model, 'conv2', filter, heldOut, { count: EXCITING });
  const seen = top.map(({ index, patch }) => cut(heldOut.input(index), patch));
  const mean = seen[0].map((_, i) => seen.reduce((sum, patch) => sum + patch[i], 0) / seen.length);
  const found = made(model, 'conv2', filter);
  const maximized = found && cut(found.values, patchOf(field, found.row, found.column, IMAGE));
  return {
    size: field.size[0],
    exciting: top.map(({ index, label, value, patch: { top, left } }) => ({ index, label, value, top, left })),
    mean,
    maximized,
    likeness: maximized && correlation(mean, maximized),
  };
}

/** For each class, the digits and the made-up input that the network finds most like it. */
export function likest(model: Sequential, heldOut: Dataset): Likest[] {
  const { data } = predict(model, heldOut);
  const { labels, classes } = heldOut;
  const logits = (index: number) => data.subarray(index * classes, (index + 1) * classes);
  return Array.from({ length: classes }, (_, digit) => {
    const odds = Float64Array.from(labels, (_, i) => oddsOf(logits(i), digit));
    const most = (fits: (index: number) => boolean): Likeness | null => {
      let best = -1;
      odds.forEach((value, i) => {
        if (fits(i) && (best < 0 || value > odds[best])) best = i;
      });
      return best < 0 ? null : { index: best, label: labels[best], probability: shareOf(odds[best]) };
    };
    const found = made(model, 'dense', digit);
    const pixels = found && Array.from(found.values);
    return {
      class: digit,
      best: most(() => true),
      stranger: most((i) => labels[i] !== digit),
      made: pixels && { pixels, probability: probabilityOf(model, pixels, digit) },
    };
  });
}

/**
 * How many digits have the mean of their own class nearest, by layer: with the means of one half of them the other is named, and
 * then the other way round.
 */
export function separable(model: Sequential, heldOut: Dataset): Separable[] {
  const indices = Array.from(heldOut.labels.keys());
  const [even, odd] = [0, 1].map((rest) => heldOut.subset(indices.filter((i) => i % 2 === rest)));
  const pixels = new Sequential({ pixels: new Flatten() });
  const right = new Map<string, number>();
  for (const [train, tested] of [
    [even, odd],
    [odd, even],
  ]) {
    const data = { train, heldOut: tested };
    const found = [
      ...classSeparability(pixels, data, ['pixels']),
      ...classSeparability(model, data, SEPARABLE.slice(1)),
    ];
    for (const { layer, accuracy } of found) {
      right.set(layer, (right.get(layer) ?? 0) + Math.round(accuracy * tested.length));
    }
  }
  return SEPARABLE.map((layer) => ({ layer, accuracy: (right.get(layer) ?? 0) / heldOut.length }));
}

/** An input for which the unit's output is large; null when nothing raises it, as with weights of zeros. */
function made(model: Sequential, layer: string, channel: number) {
  try {
    return maximize(model, layer, channel, { inputShape: IMAGE });
  } catch {
    return null;
  }
}

function cut(image: ArrayLike<number>, { top, left, height, width }: Patch): number[] {
  return Array.from({ length: height * width }, (_, i) => {
    return image[(top + Math.floor(i / width)) * WIDTH + left + (i % width)];
  });
}

function probabilityOf(model: Sequential, pixels: number[], digit: number): number {
  const image = new Dataset(Float32Array.from(pixels), IMAGE, Int32Array.of(digit), 10);
  return shareOf(oddsOf(predict(model, image).data, digit));
}

/** The logarithm of a class's odds by softmax: it still tells digits apart where the probability has become 1. */
function oddsOf(logits: ArrayLike<number>, digit: number): number {
  const others = Array.from(logits).filter((_, i) => i !== digit);
  const largest = Math.max(...others);
  return logits[digit] - largest - Math.log(others.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}

function shareOf(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

/** Pearson's; null where one of the two is flat. */
function correlation(a: readonly number[], b: readonly number[]): number | null {
  const [x, y] = [a, b].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value - mean);
  });
  const dot = (u: number[], v: number[]) => u.reduce((sum, value, i) => sum + value * v[i], 0);
  const size = Math.sqrt(dot(x, x) * dot(y, y));
  return size > 0 ? dot(x, y) / size : null;
}
