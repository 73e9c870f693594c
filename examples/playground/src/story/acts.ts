/** What each step of the guided story shows, sets up, and waits for. */
import { batch, signal } from '@preact/signals';
import { FIRST_FILTER } from '../convolution/choices.js';
import type { Lab } from '../convolution/lab.js';
import { wantsRest } from '../motion.js';
import type { Store } from '../state/store.js';

export interface Act {
  /** What the text speaks of; all of it is brought into view. */
  shows: string;
  /** In its place, once the reader has done what was asked. */
  reveals?: string;
  /** What the reader uses first: the focus goes there when it is asked for. */
  uses: string;
  /** Which of the answers to its question is right. */
  right: number;
  /** Sets the stage. */
  begin?(store: Store): void;
  /** Plays what moves by itself, and answers the question: once the reader has guessed. */
  plays?(store: Store): void;
  /**
   * Called at the beginning; what it returns reads signals, and says whether the reader has done what was asked.
   * @param over tells when the step is over
   */
  watch(store: Store, over: AbortSignal): () => boolean;
}

/** Positions a second, as an index of the laboratory's speeds: one can follow the first, and not wait for the second. */
const SPEED = { steady: 2, quick: 6 };
/** Which digit is taken: its two upright rims are far apart. */
const DIGIT = 0;
/** Sums from this share of the largest on are strong. */
const STRONG = 0.6;
/** How long nobody must draw until the digit is taken to be complete, in ms. */
const REST = 1200;
/** After more batches than these something is to be seen. */
const SOME = 200;

export const ACTS: readonly Act[] = [
  {
    shows: '#convolution .board:first-child .sheet',
    uses: '#convolution .number-grid input, #convolution .board:first-child .sheet',
    right: 2,
    begin: ({ lab }) => lab.chooseImage({ kind: 'own' }),
    watch({ lab }) {
      const before = lab.own.peek();
      return () => lab.own.value !== before;
    },
  },
  {
    shows: '#convolution .controls, #convolution .sheet',
    uses: '#convolution .control.play, #convolution .control.pause',
    right: 1,
    begin: ({ lab }) =>
      batch(() => {
        lab.chooseImage({ kind: 'tutorial' });
        slideUpright(lab);
        lab.speed.value = SPEED.steady;
      }),
    watch:
      ({ lab }) =>
      () =>
        !lab.filled.value.includes(0),
  },
  {
    shows: '#convolution .sheet',
    uses: '#convolution .board:last-child .sheet',
    right: 1,
    begin: ({ lab }) =>
      batch(() => {
        lab.chooseImage({ kind: 'digit', index: DIGIT }); // Which comes as soon as the digits do.
        slideUpright(lab);
        lab.speed.value = SPEED.quick;
      }),
    plays: ({ lab }) => (wantsRest() ? lab.fillAll() : lab.play()),
    watch({ lab }) {
      return () => {
        const sum = Math.abs(lab.result.value[lab.position.value] ?? 0);
        return !lab.missing.value && !lab.playing.value && sum >= STRONG * lab.peak.value;
      };
    },
  },
  {
    shows: '#network [data-maps=strip-input], #network [data-maps=strip-conv1]',
    reveals: '#network .net-large',
    uses: '#network [data-maps=strip-conv1]',
    right: 1,
    watch: (_, over) => used('#network [data-maps=strip-conv1]', ['click', 'keydown'], over),
  },
  {
    shows: '#filters .filter-grid',
    uses: '.bar button.primary',
    right: 2,
    watch({ training }) {
      const { step = 0 } = training.live.peek() ?? {};
      const over = training.phase.peek() === 'finished';
      // Who has trained before looks back instead.
      return () =>
        over && training.live.value?.step === step
          ? training.selected.value !== null
          : (training.score.value?.step ?? 0) > Math.min(SOME, (training.prepared.value?.steps ?? 0) - 1) &&
            training.score.value?.step !== step;
    },
  },
  {
    shows: '#one-step .act, #one-step .beats, #one-step .came-of-it',
    uses: '#one-step .act button',
    right: 1,
    watch({ parts }) {
      const before = parts.lastStep.peek();
      return () => parts.lastStep.value !== before;
    },
  },
  {
    shows: '#layers .choose-stroke',
    reveals: '#layers .choose-stroke, #layers .stroke figure',
    uses: '#layers .choose-stroke input:checked',
    right: 2,
    watch({ parts }) {
      const before = parts.filter2.peek();
      return () => parts.filter2.value !== before;
    },
  },
  {
    shows: '#network [data-maps=strip-conv1], #network [data-maps=strip-pool1]',
    uses: '#network [data-maps=strip-pool1]',
    right: 0,
    watch: (_, over) => used('#network [data-maps=strip-pool1]', ['pointermove', 'click', 'keydown'], over),
  },
  {
    shows: '#timeline, #emergence .chart',
    uses: '#timeline-slider',
    right: 1,
    // Who has not trained yet sees the curve grow instead.
    watch({ training }) {
      const untrained = (training.live.peek()?.step ?? 0) === 0;
      return () => training.selected.value !== null || (untrained && (training.score.value?.step ?? 0) > SOME);
    },
  },
  {
    shows: '#draw .pad',
    uses: '#draw .draw-examples input',
    right: 1,
    watch({ parts }, over) {
      const rested = signal(false);
      let timer = 0;
      const before = parts.image.peek();
      const stop = parts.image.subscribe((image) => {
        clearTimeout(timer);
        if (image && image !== before) timer = window.setTimeout(() => (rested.value = true), REST);
      });
      over.addEventListener('abort', () => {
        stop();
        clearTimeout(timer);
      });
      return () => rested.value;
    },
  },
];

/** Whether one of the events has happened to something that `selector` finds. */
function used(selector: string, events: readonly string[], over: AbortSignal): () => boolean {
  const happened = signal(false);
  const look = ({ target }: Event) => {
    if (target instanceof Element && target.closest(selector)) happened.value = true;
  };
  for (const event of events) addEventListener(event, look, { capture: true, passive: true, signal: over });
  return () => happened.value;
}

/** The filter of columns 1, 0, -1 at its first stop, one pixel at a time, all sums as they are. */
function slideUpright(lab: Lab): void {
  lab.chooseFilter({ kind: 'hand', name: FIRST_FILTER, size: 3 });
  lab.slideBy({ stride: 1, padding: 0, dilation: 1 });
  lab.rectify.value = false;
  lab.restart();
}
