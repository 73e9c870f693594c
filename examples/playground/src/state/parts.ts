import { type Signal, signal } from '@preact/signals';
import type { Failure } from '../worker/failure.js';

/** An image that the network looks at. */
interface LookedAt {
  /** 28x28, row-major, ink from 0 to 1. */
  pixels: Float32Array;
  /** What it is; null for one that somebody drew. */
  label: number | null;
}

/** What the cards have in common. */
export interface Parts {
  /** Drawn or chosen on the draw pad, and what the inspector's feature map is of; null until there is one. */
  image: Signal<LookedAt | null>;
  /** The filter of conv1 that the inspector shows. */
  filter: Signal<number>;
  /** The filter of conv2 that is looked into. */
  filter2: Signal<number>;
  /** Why filters cannot be inspected; null when they can. */
  uninspected: Signal<Failure | null>;
  /** The step of the guided story, from 0; null when it is not being told. */
  story: Signal<number | null>;
  /** The step at which it begins when it is opened. */
  storyAt: Signal<number>;
  /** The loss before and after the step of learning that was taken apart last; null before the first. */
  lastStep: Signal<{ readonly before: number; readonly after: number } | null>;
}

export function createParts(): Parts {
  return {
    image: signal(null),
    filter: signal(0),
    filter2: signal(0),
    uninspected: signal(null),
    story: signal(null),
    storyAt: signal(0),
    lastStep: signal(null),
  };
}
