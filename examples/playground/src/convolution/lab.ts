/** What somebody has chosen in the laboratory, and what follows from it. */
import { batch, computed, signal } from '@preact/signals';
import { FIRST_FILTER, firstOwnImage, handMade, meaningOf, OWN_SIZE, resized, tutorialImage } from './choices.js';
import {
  type GrayImage,
  peakOf,
  planWalk,
  positionMoved,
  positionOver,
  type Sliding,
  type SquareFilter,
  slide,
  sumsOf,
  tapsAt,
} from './walk.js';

/** A handwritten digit. */
export interface Digit {
  /** 28x28, row-major, ink from 0 to 1. */
  pixels: Float32Array;
  label: number;
}

/** A filter that a network learned. */
export interface LearnedFilter extends SquareFilter {
  label: string;
}

export type ImageChoice = { kind: 'tutorial' } | { kind: 'own' } | { kind: 'digit'; index: number } | { kind: 'drawn' };

export type FilterChoice =
  | { kind: 'hand'; name: string; size: number }
  | { kind: 'learned'; index: number }
  | { kind: 'typed'; filter: SquareFilter };

/** Positions a second that the speed control offers. */
export const SPEEDS = [0.5, 1, 2, 5, 20, 60, 200, 600] as const;

const SMALL_IMAGE_SPEED = 2;
const DIGIT_SPEED = 5;

/** One laboratory; every field that changes is a signal. */
export class Lab {
  readonly digits = signal<readonly Digit[]>([]);
  readonly learned = signal<readonly LearnedFilter[]>([]);
  readonly imageChoice = signal<ImageChoice>({ kind: 'tutorial' });
  readonly own = signal<GrayImage>(firstOwnImage());
  /** What the network looks at, once it has been brought here. */
  readonly drawn = signal<GrayImage | null>(null);
  readonly filterChoice = signal<FilterChoice>({ kind: 'hand', name: FIRST_FILTER, size: 3 });
  readonly sliding = signal<Sliding>({ stride: 1, padding: 0, dilation: 1 });
  readonly rectify = signal(false);
  /** Where the window stands, counted row by row in the result. */
  readonly position = signal(0);
  /** 1 for every position whose sum has been shown; row-major like the result. */
  readonly filled = signal<Uint8Array>(new Uint8Array(0));
  readonly playing = signal(false);
  /** An index of SPEEDS. */
  readonly speed = signal<number>(SMALL_IMAGE_SPEED);
  /** How often a key or a button moved the window: what is read aloud changes with it alone. */
  readonly moves = signal(0);

  readonly image = computed<GrayImage>(() => {
    const choice = this.imageChoice.value;
    if (choice.kind === 'own') return this.own.value;
    if (choice.kind === 'drawn' && this.drawn.value) return this.drawn.value;
    const digit = choice.kind === 'digit' ? this.digits.value[choice.index] : undefined;
    return digit ? { values: digit.pixels, size: 28, white: 1 } : tutorialImage();
  });

  readonly filter = computed<SquareFilter>(() => {
    const choice = this.filterChoice.value;
    if (choice.kind === 'typed') return choice.filter;
    if (choice.kind === 'hand') return handMade(choice.name, choice.size);
    return this.learned.value[choice.index] ?? handMade(FIRST_FILTER, 3);
  });

  readonly meaning = computed(() => meaningOf(this.filter.value));
  readonly plan = computed(() => planWalk(this.image.value.size, this.filter.value.size, this.sliding.value));
  readonly fits = computed(() => this.plan.value.outSize > 0);

  /** The whole result; empty when the window does not fit. */
  readonly result = computed(() => {
    if (!this.fits.value) return new Float32Array(0);
    return slide(this.plan.value, this.image.value, this.filter.value, this.rectify.value);
  });
  readonly peak = computed(() => peakOf(this.result.value));

  readonly row = computed(() => Math.floor(this.position.value / this.plan.value.outSize));
  readonly column = computed(() => this.position.value % this.plan.value.outSize);
  /** The multiplications where the window stands; none when it does not fit. */
  readonly taps = computed(() => {
    if (!this.fits.value) return [];
    return tapsAt(this.plan.value, this.image.value, this.filter.value, this.row.value, this.column.value);
  });
  readonly sums = computed(() => sumsOf(this.taps.value, this.filter.value.size));

  constructor() {
    this.change(() => {});
  }

  /** What the page around it has: digits to choose from, and filters as they are learned. */
  receive(digits: readonly Digit[], learned: readonly LearnedFilter[]): void {
    this.change(() => {
      this.digits.value = digits;
      this.learned.value = learned;
    });
  }

  chooseImage(choice: ImageChoice): void {
    this.change(() => {
      // A digit has hundreds of positions, the others a few.
      if ((choice.kind === 'digit') !== (this.imageChoice.value.kind === 'digit')) {
        this.speed.value = choice.kind === 'digit' ? DIGIT_SPEED : SMALL_IMAGE_SPEED;
      }
      this.imageChoice.value = choice;
    });
  }

  chooseFilter(choice: FilterChoice): void {
    this.change(() => {
      this.filterChoice.value = choice;
    });
  }

  chooseFilterSize(size: number): void {
    const choice = this.filterChoice.value;
    if (choice.kind === 'hand') this.chooseFilter({ ...choice, size });
    else this.chooseFilter({ kind: 'typed', filter: resized(this.filter.value, size) });
  }

  typeWeight(index: number, weight: number): void {
    const { values, size } = this.filter.value;
    this.chooseFilter({ kind: 'typed', filter: { values: values.with(index, weight), size } });
  }

  slideBy(sliding: Partial<Sliding>): void {
    this.change(() => {
      this.sliding.value = { ...this.sliding.value, ...sliding };
    });
  }

  paintPixel(index: number, value: number): void {
    this.own.value = { ...this.own.value, values: this.own.value.values.with(index, value) };
  }

  /** All pixels of the own image black. */
  clearOwn(): void {
    this.own.value = { ...this.own.value, values: new Float32Array(OWN_SIZE * OWN_SIZE) };
  }

  /** Puts the window under the pointer, which ends the playing. */
  pointAt(position: number): void {
    if (!this.fits.value) return;
    batch(() => {
      this.playing.value = false;
      if (position !== this.position.value) this.stand(position, position);
    });
  }

  /** Points at the position that sees a pixel nearest to its middle. */
  pointAtPixel(row: number, column: number): void {
    this.pointAt(positionOver(this.plan.value, row, column));
  }

  /** Moves the window by a key or a button, which is also read aloud. */
  moveTo(position: number): void {
    batch(() => {
      this.pointAt(position);
      this.moves.value++;
    });
  }

  moveBy(down: number, across: number): void {
    this.moveTo(positionMoved(this.plan.value, this.position.value, down, across));
  }

  /** To the next position, row by row, or with -1 to the one before; after the last comes the first. */
  step(by: 1 | -1): void {
    const count = this.filled.value.length;
    if (this.fits.value) this.moveTo((this.position.value + by + count) % count);
  }

  /** Plays from here, or from the start when there is nothing left to fill in. */
  play(): void {
    if (!this.fits.value) return;
    batch(() => {
      if (this.position.value === this.filled.value.length - 1 || !this.filled.value.includes(0)) this.restart();
      this.playing.value = true;
    });
  }

  pause(): void {
    this.playing.value = false;
  }

  /** Some positions further while it plays; it ends at the last. */
  advance(count: number): void {
    const last = this.filled.value.length - 1;
    batch(() => {
      const to = Math.min(last, this.position.value + count);
      this.stand(this.position.value, to);
      if (to === last) this.playing.value = false;
    });
  }

  /** To the first position, with an empty result. */
  restart(): void {
    batch(() => {
      this.playing.value = false;
      this.filled.value = new Uint8Array(this.plan.value.outSize ** 2);
      if (this.fits.value) this.stand(0, 0);
    });
  }

  /** The whole result at once. */
  fillAll(): void {
    batch(() => {
      this.playing.value = false;
      this.filled.value = new Uint8Array(this.filled.value.length).fill(1);
    });
  }

  private stand(from: number, to: number): void {
    this.filled.value = this.filled.value.slice().fill(1, from, to + 1);
    this.position.value = to;
  }

  /** Changes a choice; a result of another size starts anew, or is whole again where it was whole before. */
  private change(choose: () => void): void {
    batch(() => {
      const whole = this.filled.value.length > 0 && !this.filled.value.includes(0);
      choose();
      if (this.plan.value.outSize ** 2 === this.filled.value.length) return;
      this.position.value = 0;
      this.restart();
      if (whole) this.fillAll();
    });
  }
}
