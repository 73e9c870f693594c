import { tensor } from '../autograd/create.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkDataset, type Dataset, type Targets } from '../data/dataset.js';
import { ArgumentError, checkNumber, readOptions, ShapeError, show } from '../errors.js';
import { handMadeFilters } from '../inspect/filters/handmade.js';
import type { NullDistribution } from '../inspect/filters/nulls.js';
import { ablate, replaceFilter } from '../inspect/network/ablation.js';
import { accuracyByChannel } from '../inspect/network/channel-by-channel.js';
import { classSeparability, type Separability } from '../inspect/network/class-separability.js';
import { filtersOf } from '../inspect/network/filters.js';
import { receptiveField } from '../inspect/network/receptive-field.js';
import { type TopActivation, topActivationsOf } from '../inspect/network/top-activations.js';
import type { Timeline } from '../inspect/timeline.js';
import { norm, partsOf } from '../inspect/values.js';
import { weightHash } from '../io/hash.js';
import { Conv2D } from '../nn/conv2d.js';
import { Module } from '../nn/module.js';
import { crossEntropy } from '../ops/crossEntropy.js';
import { max } from '../ops/reduce.js';
import { softmax } from '../ops/softmax.js';
import { type Shape, sameShape, showShape } from '../shape.js';
import type { History } from '../train/callback.js';
import { evaluate, type Loss } from '../train/evaluate.js';
import type { Metrics } from '../train/metrics.js';
import { type Comparison, compare, isNaming, losses, measured } from './comparison.js';
import type { FilterStudy } from './study.js';

/** The options of `report`; the page leaves out what is not given. */
export interface ReportOptions<Output = Tensor, Y extends Targets = Int32Array> {
  /** From images [N, C, H, W] to logits [N, classes], or to what `loss` takes. */
  model: Module<[Tensor], Output>;
  /**
   * The path of the Conv2D whose filters are shown; with one input channel, or the three of color images.
   * @default the model's first Conv2D
   */
  layer?: string;
  /** Images that the model was not trained on, for all measurements; and those that it was trained on, to count them. */
  data: { heldOut: Dataset<Y>; train?: Dataset<Y> };
  /** Where targets are numbers and no classes: the loss that the model was trained by. */
  loss?: Loss<Output, Y>;
  /** Where targets are numbers: what else to measure. @default {} */
  metrics?: Metrics<Output, Y>;
  /**
   * Where targets are numbers: from what the model gives for a batch to what compares with its targets, such as `sigmoid`, or
   * `([, place]) => place`. Comparisons are left out where it has another shape than these. @default the output as it is
   */
  output?: (output: Output) => Tensor;
  /** The names of the K targets of shape [K]. @default 'target 0' and so on */
  targetNames?: readonly string[];
  /** What `fit` returned, for curves of loss and metrics over the epochs. */
  history?: History;
  /** What `studyFilters` returned for these filters. */
  study?: FilterStudy;
  /** The nulls of the study, in its order. */
  nulls?: readonly NullDistribution[];
  /** The filters over the training, the same as the study's. */
  timeline?: Timeline;
  /** Images in a step of the training, to count those seen at each step. */
  batchSize?: number;
  /** @default 'The filters of ' and the layer */
  title?: string;
  /** A first sentence: what the model is for. @default 'A network tells ... classes of images apart.' */
  introduction?: string;
  /** What the reader should know first, such as doubts about the data. @default [] */
  notes?: readonly string[];
  /** What the reader should not conclude, besides what is true of every model. @default [] */
  caveats?: readonly string[];
  /** The settings of the training, for a table. @default {} */
  settings?: Readonly<Record<string, string | number>>;
  /** The command that makes the report again. */
  command?: string;
  /** Index of the held-out image whose feature maps are shown. @default the first that is classified correctly */
  example?: number;
  /** Shows 1 in gray images as black, ink on paper. @default false: 1 is white */
  ink?: boolean;
  /**
   * Paths of layers, in their order, which are measured by how far they tell the classes apart (see `classSeparability`); needs
   * `data.train`. @default none
   */
  layers?: readonly string[];
  /** The same network trained otherwise, or not at all, by name, whose layers stand beside the model's. @default {} */
  twins?: Readonly<Record<string, Module>>;
  /** What makes the charts' elements. @default the page's own; without a page, one by the package linkedom */
  document?: Document;
}

const DEFAULTS = {
  model: undefined,
  layer: undefined,
  data: undefined,
  loss: undefined,
  metrics: undefined,
  output: undefined,
  targetNames: undefined,
  history: undefined,
  study: undefined,
  nulls: [],
  timeline: undefined,
  batchSize: undefined,
  title: undefined,
  introduction: undefined,
  notes: [],
  caveats: [],
  settings: {},
  command: undefined,
  example: undefined,
  ink: false,
  layers: [],
  twins: {},
  document: undefined,
};

/** The options of `report` with their defaults. */
export type ReportSettings = ReturnType<typeof readReport>;

/** The options with their defaults, or an error without data. */
export function readReport<Output, Y extends Targets>(options: ReportOptions<Output, Y>) {
  // Whatever the model gives: only the functions of the options look at it.
  const settings = readOptions('report', options as unknown as ReportOptions<Tensor, Targets>, DEFAULTS);
  const { data, loss, metrics, output, targetNames } = settings;
  checkDataset('report', 'data.heldOut', data?.heldOut);
  const { several, targetShape } = data.heldOut;
  if (several) throw new ArgumentError('report', 'expected data with one input, an image, got several');
  if (output !== undefined && typeof output !== 'function') {
    throw new ArgumentError('report', `expected output to be a function such as sigmoid, got ${show(output)}`);
  }
  const given = Object.entries({ loss, metrics, output, targetNames }).find(([, value]) => value !== undefined);
  if (given && !targetShape) {
    throw new ArgumentError(
      'report',
      `expected no ${given[0]}: it is for targets that are numbers, and these are classes`,
    );
  }
  return settings;
}

/** The accuracy of the network without one filter; its loss where targets are numbers. */
export interface Ablation {
  filter: number;
  /** Held-out accuracy without it; NaN where targets are numbers. */
  accuracy: number;
  /** Held-out loss without it, where targets are numbers. */
  loss?: number;
  /**
   * Held-out accuracy with the most similar hand-made filter in its place, of the same norm and sign, and in several channels
   * as the filter's pattern is; null without a study.
   */
  handMade: { name: string; accuracy: number } | null;
}

/** A held-out image that the network classifies wrongly. */
export interface Mistake {
  index: number;
  label: number;
  predicted: number;
  /** The probability of the predicted class, 0 to 1. */
  probability: number;
}

/** All numbers of the report, which can be written as JSON; those of the study only when one was given. */
export interface ReportFigures extends Partial<FilterStudy> {
  shape: Shape;
  layer: string;
  /** Where targets are numbers, `accuracy` is NaN and `confusion` empty, and there are the `metrics` that were asked for. */
  heldOut: {
    count: number;
    accuracy: number;
    loss: number;
    confusion: number[][];
    mistakes: number;
    metrics?: Record<string, number>;
  };
  /** How outputs compare with targets that are numbers of the same shape. */
  comparison?: Comparison;
  /** The mistakes with the highest probability, the highest first. */
  worstMistakes: Mistake[];
  ablation: Ablation[];
  /**
   * For each filter the held-out images for which it is most active; none for a filter of zeros. Null when the receptive
   * field of the layer is not known (see `receptiveField`).
   */
  topActivations: TopActivation[][] | null;
  /** The held-out image whose feature maps are shown; its label is NaN where targets are numbers. */
  example: { index: number; label: number };
  /** The layers of the model and of its twins, by name; null where no layers were asked for. */
  separability: Record<string, Separability[]> | null;
  settings: Record<string, string | number>;
  weightHash: string;
  /** `node` is null in a browser. */
  versions: { convgrad: string; node: string | null };
}

const MISTAKES = 12;
const TOP = 5;
/** As in package.json, which browsers do not have: a test compares the two. */
const VERSION = '0.2.0';

/** Computes what the report shows besides the study, on the held-out images. */
export function computeFigures(options: ReportSettings): ReportFigures {
  const { model, study, settings } = options;
  const { heldOut } = options.data;
  const first = firstConvolution(model);
  const { layer = first } = options;
  const { weight, size } = filtersOf('report', model, layer);
  const { shape } = weight;
  if (shape.length !== 4 || !(shape[1] === 1 || (shape[1] === 3 && layer === first))) {
    const expected = `expected filters of one channel, or of three in the first layer, ${first}`;
    throw new ShapeError('report', `${expected}, got ${showShape(shape)} in ${layer}`);
  }
  checkStudy(options, shape);
  const naming = isNaming(heldOut) ? evaluated(model, heldOut) : null;
  const { worst, right, ...evaluation } = naming ?? measured(options);
  const example = options.example ?? Math.max(0, right);
  checkNumber('report', 'example', example, { least: 0, most: heldOut.length - 1, whole: true });
  const norms = partsOf(weight.data, size).map(norm);
  const { process } = globalThis as { process?: { versions: { node: string } } };
  return {
    ...study,
    shape,
    layer,
    heldOut: evaluation,
    worstMistakes: worst,
    ablation: isNaming(heldOut) ? ablations(options, heldOut, layer, shape) : lossesWithout(options, layer, shape[0]),
    ...(!naming && { comparison: compare(options) }),
    topActivations: hasReceptiveField(model, layer, heldOut.inputShape)
      ? strongest(model, layer, norms, heldOut)
      : null,
    example: { index: example, label: naming ? heldOut.targets[example] : Number.NaN },
    separability: separabilityOf(options),
    settings,
    weightHash: weightHash(model),
    versions: { convgrad: VERSION, node: process?.versions.node ?? null },
  };
}

function firstConvolution(model: Module): string {
  const found = model instanceof Module && model.namedModules().find(([, module]) => module instanceof Conv2D);
  if (found) return found[0];
  throw new ArgumentError('report', `expected a model with a Conv2D, got ${show(model)}`);
}

/** Throws unless study and timeline are of these filters, and the study is of the nulls and of the timeline. */
function checkStudy({ study, nulls, timeline }: ReportSettings, shape: Shape): void {
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
  const [studied, snapshots] = [study.timeline.length, timeline?.snapshots.length ?? 0];
  if (studied !== snapshots) {
    throw new ArgumentError('report', `expected the timeline of the study, of ${studied} snapshots, got ${snapshots}`);
  }
}

/** What `evaluate` gives, the number of mistakes, and those with the highest probability. */
function evaluated(model: Module, heldOut: Dataset) {
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
  const right = predictions.findIndex((predicted, i) => predicted === heldOut.labels[i]);
  return { count: heldOut.length, accuracy, loss, confusion, mistakes: mistakes.length, worst, right };
}

/** The loss without each filter. */
function lossesWithout(options: ReportSettings, layer: string, count: number): Ablation[] {
  return losses(options, layer, count).map((loss, filter) => ({ filter, accuracy: Number.NaN, loss, handMade: null }));
}

/** How far the layers tell the classes apart, of the model and of its twins. */
function separabilityOf({ model, data: { train, heldOut }, layers, twins }: ReportSettings) {
  if (layers.length === 0) return null;
  if (!train || !isNaming(train) || !isNaming(heldOut)) {
    throw new ArgumentError('report', 'expected data.train, of images with classes, whose means the layers tell apart');
  }
  const all = Object.entries({ 'this network': model, ...twins });
  return Object.fromEntries(all.map(([name, each]) => [name, classSeparability(each, { train, heldOut }, layers)]));
}

/** The accuracy without each filter, and with the nearest hand-made one in its place. */
function ablations(
  { model, study }: ReportSettings,
  heldOut: Dataset,
  layer: string,
  [count, channels, size]: Shape,
): Ablation[] {
  const filters = Array.from({ length: count }, (_, filter) => filter);
  const without = filters.map((filter) => ablate(model, layer, filter));
  const nearest = filters.map((filter) => study?.after.filters[filter].nearest ?? null);
  const replaced = nearest.map((found, filter) => {
    const made = found && handMadeFilters(size).find(({ name }) => name === found.name);
    if (!made) return null;
    const factors = study!.after.filters[filter].channels;
    const kernel = factors.flatMap((factor) => Array.from(made.values, (v) => v * Math.sign(found.cosine) * factor));
    return replaceFilter(model, layer, filter, tensor(kernel, { shape: [channels, size, size] }));
  });
  const [alone, handMade] = [without, replaced].map((all) => accuracyByChannel(model, layer, heldOut, all));
  return filters.map((filter) => {
    const accuracy = handMade[filter];
    const name = nearest[filter]?.name;
    return {
      filter,
      accuracy: alone[filter]!,
      handMade: name === undefined || accuracy === null ? null : { name, accuracy },
    };
  });
}

/** The images for which each filter is most active; none for a filter of zeros. */
function strongest(
  model: Module,
  layer: string,
  norms: readonly number[],
  heldOut: Dataset<Targets>,
): TopActivation[][] {
  const live = Array.from(norms.keys()).filter((filter) => norms[filter] > 0);
  const found = topActivationsOf(model, layer, live, heldOut, { count: TOP });
  return norms.map((_, filter) => found[live.indexOf(filter)] ?? []);
}

/** Whether the receptive field of a layer is known: not in a model that is no Sequential, for one. */
function hasReceptiveField(model: Module, layer: string, inputShape: Shape): boolean {
  try {
    receptiveField(model, layer, inputShape);
    return true;
  } catch (error) {
    if (error instanceof ArgumentError) return false;
    throw error;
  }
}
