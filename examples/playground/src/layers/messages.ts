/** What the card about layers asks the inspector's worker, and what it is told. */

/** A held-out digit, as the network sees it. */
interface Example {
  /** Among the held-out digits. */
  index: number;
  label: number;
}

/** One that a filter answers to strongly, and the corner of what the filter sees there, in pixels. */
interface ExcitingExample extends Example {
  value: number;
  top: number;
  left: number;
}

/** What one has to run the network for to know of a filter of conv2. */
export interface Combined {
  /** Width and height of what the filter sees. */
  size: number;
  /** The strongest first, each from another digit. */
  exciting: ExcitingExample[];
  /** The mean of what the filter sees there, [size, size]. */
  mean: number[];
  /** [size, size]: what it answers to most, ink from 0 to 1; null when its answer cannot be raised. */
  maximized: number[] | null;
  /** The correlation of the two; null where there is none. */
  likeness: number | null;
}

/** A digit with the probability that the network gives a class. */
export interface Likeness extends Example {
  probability: number;
}

/** What the network finds most like one class. */
export interface Likest {
  class: number;
  /** Of all held-out digits, and of those that are of another class; null where there is none. */
  best: Likeness | null;
  stranger: Likeness | null;
  /** The input made up for its logit, [28, 28], and its probability; null when the logit cannot be raised. */
  made: { pixels: number[]; probability: number } | null;
}

/** The share of held-out digits whose nearest class mean is that of their own class. */
export interface Separable {
  layer: SeparableLayer;
  accuracy: number;
}

/** Where class means are taken: of the image's pixels, of what the two layers of filters give, of the logits. */
export type SeparableLayer = 'pixels' | 'relu1' | 'relu2' | 'dense';

export type LayersQuestion =
  | { type: 'combined'; id: number; weights: Float32Array; filter: number }
  | { type: 'likest'; id: number; weights: Float32Array }
  | { type: 'separable'; id: number; weights: Float32Array };

export type LayersAnswer = Combined | Likest[] | Separable[];
