import { createRequire } from 'node:module';
import type { Dataset } from '../../data/dataset.js';
import { ArgumentError, ShapeError } from '../../errors.js';
import { handMadeFilters } from '../../inspect/filters/handmade.js';
import type { NullDistribution } from '../../inspect/filters/nulls.js';
import { ablate, replaceFilter } from '../../inspect/network/ablation.js';
import { filtersOf } from '../../inspect/network/filters.js';
import { type TopActivation, topActivations } from '../../inspect/network/top-activations.js';
import type { FilterStudy, StudiedFilter } from '../../inspect/study.js';
import type { Timeline } from '../../inspect/timeline.js';
import { weightHash } from '../../io/hash.js';
import type { Module } from '../../nn/module.js';
import { crossEntropy } from '../../ops/crossEntropy.js';
import { softmax } from '../../ops/softmax.js';
import { sameShape, showShape } from '../../shape.js';
import { evaluate } from '../../train/evaluate.js';

export interface ReportOptions {
  /** A Sequential, in which `layer` sees the image itself. */
  model: Module;
  /** The path of the Conv2D whose filters are shown, [filters, 1, k, k]: 'conv1' unless given. */
  layer?: string;
  digits: { train: Dataset; heldOut: Dataset };
  /** What `studyFilters` made of these filters. */
  study: FilterStudy;
  /** The random filters that the study compared with, in its order. */
  nulls: readonly NullDistribution[];
  /** The filters through the training; without it, nothing is said of how they became what they are. */
  timeline?: Timeline;
  /** Images in a step of the training. */
  batchSize?: number;
  title?: string;
  /** What somebody needs to repeat it. */
  settings?: Readonly<Record<string, string | number>>;
  /** The command that makes it again. */
  command?: string;
  /** What the reader should know first, such as doubts about the data. */
  notes?: readonly string[];
}

/** What the network does without one filter. */
export interface Ablation {
  filter: number;
  /** Held-out accuracy without it. */
  accuracy: number;
  /** Held-out accuracy with the hand-made filter in its place that is most like it, of the same norm and sign. */
  handMade: { name: string; accuracy: number } | null;
}

/** A held-out digit that the network takes for another one. */
export interface Mistake {
  index: number;
  label: number;
  predicted: number;
  /** The probability that it gives to what it predicts. */
  probability: number;
}

/** All that the report says in numbers, ready to be written as JSON. */
export interface ReportFigures extends FilterStudy {
  layer: string;
  heldOut: { count: number; accuracy: number; loss: number; confusion: number[][]; mistakes: number };
  /** The mistakes that the network is most sure of, the surest first. */
  worstMistakes: Mistake[];
  ablation: Ablation[];
  /** For each filter the held-out images that it answers to most; none for a filter of zeros. */
  topActivations: TopActivation[][];
  /** The held-out image whose feature maps are shown. */
  example: { index: number; label: number };
  settings: Record<string, string | number>;
  weightHash: string;
  versions: { convgrad: string; node: string };
}

const MISTAKES = 12;
const TOP = 5;

/** Computes what the report shows beyond the study: on the held-out digits alone. */
export function gatherFigures(options: ReportOptions): ReportFigures {
  const { model, layer = 'conv1', digits, study, nulls, settings = {} } = options;
  const { weight } = filtersOf('report', model, layer);
  if (weight.shape.length !== 4 || weight.shape[1] !== 1) {
    throw new ShapeError('report', `expected filters [filters, 1, k, k] in ${layer}, got ${showShape(weight.shape)}`);
  }
  if (!sameShape(weight.shape, study.shape)) {
    throw new ShapeError(
      'report',
      `expected a study of filters ${showShape(weight.shape)}, got one of ${showShape(study.shape)}`,
    );
  }
  const [compared, given] = [study.after.nulls, nulls].map((list) => list.map(({ kind }) => kind).join(', '));
  if (compared !== given)
    throw new ArgumentError('report', `expected the nulls of the study, ${compared}, got ${given}`);
  const moments = options.timeline?.snapshots.length ?? 0;
  if (moments !== study.timeline.length) {
    throw new ArgumentError(
      'report',
      `expected the timeline of the study, of ${study.timeline.length} moments, got ${moments}`,
    );
  }
  const { heldOut } = digits;
  const { worst, predictions, ...evaluation } = judged(model, heldOut);
  const { filters } = study.after;
  return {
    ...study,
    layer,
    heldOut: evaluation,
    worstMistakes: worst,
    ablation: filters.map((filter) => ablation(model, layer, filter, heldOut, study.shape[2])),
    topActivations: filters.map(({ filter, norm }) =>
      norm === 0 ? [] : topActivations(model, layer, filter, heldOut, { count: TOP }),
    ),
    example: exampleOf(heldOut, predictions),
    settings: { ...settings },
    weightHash: weightHash(model),
    versions: { convgrad: ownVersion(), node: process.versions.node },
  };
}

/** How well the model reads the digits, and where it is most sure and wrong. */
function judged(model: Module, heldOut: Dataset) {
  const probabilities: number[] = [];
  const { accuracy, loss, confusion, predictions } = evaluate(model, heldOut, {
    loss(logits, labels) {
      const { data, shape } = softmax(logits);
      for (let row = 0; row < shape[0]; row++) {
        probabilities.push(Math.max(...data.subarray(row * shape[1], (row + 1) * shape[1])));
      }
      return crossEntropy(logits, labels);
    },
  });
  const mistakes = Array.from(predictions, (predicted, index): Mistake => {
    return { index, label: heldOut.labels[index], predicted, probability: probabilities[index] };
  }).filter(({ label, predicted }) => label !== predicted);
  const worst = [...mistakes].sort((a, b) => b.probability - a.probability || a.index - b.index).slice(0, MISTAKES);
  return { count: heldOut.length, accuracy, loss, confusion, mistakes: mistakes.length, worst, predictions };
}

function ablation(model: Module, layer: string, studied: StudiedFilter, heldOut: Dataset, size: number): Ablation {
  const { filter, nearest } = studied;
  const { accuracy } = ablate(model, layer, filter).evaluate(heldOut);
  const made = handMadeFilters(size).find(({ name }) => name === nearest?.name);
  if (!nearest || !made) return { filter, accuracy, handMade: null };
  const kernel = Array.from({ length: size }, (_, row) =>
    Array.from(made.values.subarray(row * size, (row + 1) * size), (value) => (nearest.cosine < 0 ? -value : value)),
  );
  const replaced = replaceFilter(model, layer, filter, kernel).evaluate(heldOut);
  return { filter, accuracy, handMade: { name: nearest.name, accuracy: replaced.accuracy } };
}

/** A 5, which has straight strokes of two directions and a round one, that the network reads rightly; else what there is. */
function exampleOf({ labels }: Dataset, predictions: Int32Array): { index: number; label: number } {
  const five = labels.findIndex((label, i) => label === 5 && predictions[i] === 5);
  const index = five >= 0 ? five : Math.max(0, labels.indexOf(5));
  return { index, label: labels[index] };
}

/** From the package's own package.json, which lies elsewhere once the package is built. */
function ownVersion(): string {
  return createRequire(import.meta.url)('convgrad/package.json').version;
}
