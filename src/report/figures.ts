import { tensor } from '../autograd/create.js';
import type { Dataset } from '../data/dataset.js';
import { ArgumentError, checkNumber, ShapeError, show } from '../errors.js';
import { handMadeFilters } from '../inspect/filters/handmade.js';
import type { NullDistribution } from '../inspect/filters/nulls.js';
import { ablate, replaceFilter } from '../inspect/network/ablation.js';
import { filtersOf } from '../inspect/network/filters.js';
import { receptiveField } from '../inspect/network/receptive-field.js';
import { type TopActivation, topActivations } from '../inspect/network/top-activations.js';
import type { Timeline } from '../inspect/timeline.js';
import { weightHash } from '../io/hash.js';
import { Conv2D } from '../nn/conv2d.js';
import { Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { max } from '../ops/reduce.js';
import { softmax } from '../ops/softmax.js';
import { type Shape, sameShape, showShape } from '../shape.js';
import { evaluate } from '../train/evaluate.js';
import type { FilterStudy } from './study.js';

/** What `report` is made of. What is not given is left out of the page. */
export interface ReportOptions {
  /** From images [N, C, H, W] to logits [N, classes]. */
  model: Module;
  /**
   * The path of the Conv2D whose filters are shown; they see one channel, or the three of color images.
   * @default the model's first Conv2D
   */
  layer?: string;
  /** Images that are new to the model, on which all is measured; and those that it learned from, to say how many they were. */
  data: { heldOut: Dataset; train?: Dataset };
  /** What `studyFilters` made of these filters. */
  study?: FilterStudy;
  /** The random filters that the study compared with, in its order. */
  nulls?: readonly NullDistribution[];
  /** The filters through the training. */
  timeline?: Timeline;
  /** Images in a step of the training. */
  batchSize?: number;
  /** @default 'The filters of ' and the layer */
  title?: string;
  /** A first sentence on what the model is for. @default 'A network tells ... classes of images apart.' */
  introduction?: string;
  /** What the reader should know first, such as doubts about the data. */
  notes?: readonly string[];
  /** What the reader should not conclude, beyond what is true of every model. */
  caveats?: readonly string[];
  /** What somebody needs to repeat it. */
  settings?: Readonly<Record<string, string | number>>;
  /** The command that makes it again. */
  command?: string;
  /** Index of the held-out image whose feature maps are shown. @default the first that the model names correctly */
  example?: number;
  /** Shows 1 in gray images as black, ink on paper. @default false: 1 is white */
  ink?: boolean;
  /** What makes the charts' elements. @default the page's own; without a page, one by the package linkedom */
  document?: Document;
}

/** What the network does without one filter. */
export interface Ablation {
  filter: number;
  /** Held-out accuracy without it. */
  accuracy: number;
  /**
   * Held-out accuracy with the hand-made filter in its place that is most like it, of the same norm and sign; null where
   * that is not known, as for filters of several channels.
   */
  handMade: { name: string; accuracy: number } | null;
}

/** A held-out image that the network takes for one of another class. */
export interface Mistake {
  index: number;
  label: number;
  predicted: number;
  /** The probability that it gives to what it predicts. */
  probability: number;
}

/** All that the report says in numbers, ready to be written as JSON; the study's only where one was given. */
export interface ReportFigures extends Partial<FilterStudy> {
  shape: Shape;
  layer: string;
  heldOut: { count: number; accuracy: number; loss: number; confusion: number[][]; mistakes: number };
  /** The mistakes that the network is most sure of, the surest first. */
  worstMistakes: Mistake[];
  ablation: Ablation[];
  /**
   * For each filter the held-out images that it answers to most; none for a filter of zeros. Null when it cannot be told
   * what the layer's units see (see `receptiveField`).
   */
  topActivations: TopActivation[][] | null;
  /** The held-out image whose feature maps are shown. */
  example: { index: number; label: number };
  settings: Record<string, string | number>;
  weightHash: string;
  /** `node` is null in a page. */
  versions: { convgrad: string; node: string | null };
}

const MISTAKES = 12;
const TOP = 5;
/** As in package.json, which a page has not: a test compares the two. */
const VERSION = '0.2.0';

/** Computes what the report shows beyond the study: on the held-out images alone. */
export function gatherFigures(options: ReportOptions): ReportFigures {
  const { model, study, settings = {} } = options;
  const { heldOut } = options.data;
  const first = firstConvolution(model);
  const { layer = first } = options;
  const { weight, channels: count, size } = filtersOf('report', model, layer);
  const { shape } = weight;
  if (shape.length !== 4 || !(shape[1] === 1 || (shape[1] === 3 && layer === first))) {
    throw new ShapeError(
      'report',
      `expected filters of one channel, or of three in the first layer, ${first}, got ${showShape(shape)} in ${layer}`,
    );
  }
  checkStudy(options, shape);
  const { worst, predictions, ...evaluation } = judged(model, heldOut);
  const right = predictions.findIndex((predicted, i) => predicted === heldOut.labels[i]);
  const example = options.example ?? Math.max(0, right);
  checkNumber('report', 'example', example, { least: 0, most: heldOut.length - 1, whole: true });
  const all = Array.from({ length: count }, (_, filter) => filter);
  const isZero = (filter: number) => weight.data.subarray(filter * size, (filter + 1) * size).every((tap) => tap === 0);
  const { process } = globalThis as { process?: { versions: { node: string } } };
  return {
    ...study,
    shape,
    layer,
    heldOut: evaluation,
    worstMistakes: worst,
    ablation: all.map((filter) => ablation(options, layer, filter, shape)),
    topActivations: isLocated(model, layer, heldOut.inputShape)
      ? all.map((filter) => (isZero(filter) ? [] : topActivations(model, layer, filter, heldOut, { count: TOP })))
      : null,
    example: { index: example, label: heldOut.labels[example] },
    settings: { ...settings },
    weightHash: weightHash(model),
    versions: { convgrad: VERSION, node: process?.versions.node ?? null },
  };
}

function firstConvolution(model: Module): string {
  const found = model instanceof Module && model.namedModules().find(([, module]) => module instanceof Conv2D);
  if (found) return found[0];
  throw new ArgumentError('report', `expected a model with a Conv2D, got ${show(model)}`);
}

/** Throws unless study, nulls and timeline are of these filters and of each other. */
function checkStudy({ study, nulls = [], timeline }: ReportOptions, shape: Shape): void {
  for (const [what, given] of Object.entries({ study, timeline })) {
    if (!given || sameShape(given.shape, shape)) continue;
    const expected = `expected a ${what} of filters ${showShape(shape)}`;
    throw new ShapeError('report', `${expected}, got one of ${showShape(given.shape)}`);
  }
  if (!study) return;
  const [compared, given] = [study.after.nulls, nulls].map((list) => list.map(({ kind }) => kind).join(', '));
  if (compared !== given) {
    throw new ArgumentError('report', `expected the nulls of the study, ${compared}, got ${given || 'none'}`);
  }
  const [moments, kept] = [study.timeline.length, timeline?.snapshots.length ?? 0];
  if (moments !== kept) {
    throw new ArgumentError('report', `expected the timeline of the study, of ${moments} moments, got ${kept}`);
  }
}

/** How well the model names the images, and where it is most sure and wrong. */
function judged(model: Module, heldOut: Dataset) {
  const probabilities: number[] = [];
  const { accuracy, loss, confusion, predictions } = evaluate(model, heldOut, {
    loss(logits, labels) {
      probabilities.push(...max(softmax(logits), { axis: 1 }).data);
      return crossEntropy(logits, labels);
    },
  });
  const mistakes = Array.from(predictions, (predicted, index): Mistake => {
    return { index, label: heldOut.labels[index], predicted, probability: probabilities[index] };
  }).filter(({ label, predicted }) => label !== predicted);
  const worst = [...mistakes].sort((a, b) => b.probability - a.probability || a.index - b.index).slice(0, MISTAKES);
  return { count: heldOut.length, accuracy, loss, confusion, mistakes: mistakes.length, worst, predictions };
}

function ablation({ model, data, study }: ReportOptions, layer: string, filter: number, shape: Shape): Ablation {
  const { accuracy } = ablate(model, layer, filter).evaluate(data.heldOut);
  const [, channels, size] = shape;
  const nearest = channels === 1 ? study?.after.filters[filter].nearest : null;
  if (!nearest) return { filter, accuracy, handMade: null };
  const { name, cosine } = nearest;
  const values = handMadeFilters(size).find((made) => made.name === name)?.values ?? Float64Array.of();
  const kernel = tensor(
    values.map((value) => value * Math.sign(cosine)),
    { shape: [size, size] },
  );
  const replaced = replaceFilter(model, layer, filter, kernel).evaluate(data.heldOut);
  return { filter, accuracy, handMade: { name, accuracy: replaced.accuracy } };
}

/** Whether it can be told what the layer's units see of an image: not in a model that is no Sequential, for one. */
function isLocated(model: Module, layer: string, inputShape: Shape): boolean {
  try {
    receptiveField(model, layer, inputShape);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}
