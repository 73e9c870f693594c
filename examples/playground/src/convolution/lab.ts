/** What somebody has chosen in the laboratory, and what follows from it. */
import { batch, computed, signal } from '@preact/signals';
import {
  blankFilter,
  blankFor,
  type Digit,
  FIRST,
  type FilterChoice,
  firstOwnImage,
  handMade,
  type ImageChoice,
  isPicture,
  type LabState,
  type LearnedFilter,
  meaningOf,
  OWN_SIZE,
  type OwnFile,
  type PhotographName,
  resized,
  tutorialImage,
  usualSpeed,
} from './choices.js';
import type { ImageTrouble } from './image-trouble.js';
import { scaleOf } from './scale.js';
import {
  type GrayImage,
  peakOf,
  planWalk,
  positionMoved,
  positionOver,
  rangeOf,
  type Sliding,
  type SquareFilter,
  slide,
  sumsOf,
  tapsAt,
} from './walk.js';

/** One laboratory; every field that changes is a signal. */
export class Lab {
  readonly digits = signal<readonly Digit[]>([]);
  readonly learned = signal<readonly LearnedFilter[]>([]);
  readonly imageChoice = signal<ImageChoice>({ kind: 'tutorial' });
  readonly own = signal<GrayImage>(firstOwnImage());
  /** What the network looks at, once it has been brought here. */
  readonly drawn = signal<GrayImage | null>(null);
  /** Those that have been loaded. */
  readonly photographs = signal<Readonly<Partial<Record<PhotographName, GrayImage>>>>({});
  readonly file = signal<OwnFile | null>(null);
  /** An image that is on its way; null when there is none. */
  readonly bringing = signal<{ readonly name: string } | null>(null);
  /** Why the image asked for last is not shown; null when it is. */
  readonly imageTrouble = signal<{ name: string; trouble: ImageTrouble } | null>(null);
  readonly filterChoice = signal<FilterChoice>(FIRST);
  readonly sliding = signal<Sliding>({ stride: 1, padding: 0, dilation: 1 });
  readonly rectify = signal(false);
  /** Whether the result is shown in gray instead of red and blue; null leaves it to the filter and the image. */
  readonly gray = signal<boolean | null>(null);
  /** Where the window stands, counted row by row in the result. */
  readonly position = signal(0);
  /** 1 for every position whose sum has been shown; row-major like the result. */
  readonly filled = signal<Uint8Array>(new Uint8Array(0));
  readonly playing = signal(false);
  /** An index of SPEEDS. */
  readonly speed = signal<number>(usualSpeed(this.imageChoice.value));
  /** How often a key or a button moved the window: what is read aloud changes with it alone. */
  readonly moves = signal(0);

  /** Weights along a side of a learned filter, before there is one, too. */
  readonly #learnedSize = signal(5);

  /** The image chosen; null until it has come. */
  readonly #imageThere = computed<GrayImage | null>(() => {
    const choice = this.imageChoice.value;
    switch (choice.kind) {
      case 'tutorial':
        return tutorialImage();
      case 'own':
        return this.own.value;
      case 'digit': {
        const digit = this.digits.value[choice.index];
        return digit ? { values: digit.pixels, size: 28, white: 1 } : null;
      }
      case 'photograph':
        return this.photographs.value[choice.name] ?? null;
      case 'drawn':
        return this.drawn.value;
      case 'file':
        return this.file.value?.image ?? null;
    }
  });

  readonly image = computed<GrayImage>(() => this.#imageThere.value ?? blankFor(this.imageChoice.value));

  readonly #filterThere = computed<SquareFilter | null>(() => {
    const choice = this.filterChoice.value;
    if (choice.kind === 'typed') return choice.filter;
    if (choice.kind === 'hand') return handMade(choice.name, choice.size);
    return this.learned.value[choice.index] ?? null;
  });

  /** As large as it will be, and 0, until the filter chosen has come. */
  readonly filter = computed<SquareFilter>(() => this.#filterThere.value ?? blankFilter(this.#learnedSize.value));

  /** Whether the image or the filter chosen has not come yet. */
  readonly missing = computed(() => this.#imageThere.value === null || this.#filterThere.value === null);

  readonly meaning = computed(() => meaningOf(this.filter.value));
  readonly plan = computed(() => planWalk(this.image.value.size, this.filter.value.size, this.sliding.value));
  readonly fits = computed(() => this.plan.value.outSize > 0);

  /** Whether the result is shown in gray: what is an image again is, unless somebody wants it otherwise. */
  readonly isGray = computed(() => {
    const smooth = ['blur', 'sharpen', 'identity'].includes(this.meaning.value.family);
    return this.gray.value ?? (isPicture(this.imageChoice.value) && smooth);
  });

  /** The whole result; empty when the window does not fit. */
  readonly result = computed(() => {
    if (!this.fits.value) return new Float32Array(0);
    return slide(this.plan.value, this.image.value, this.filter.value, this.rectify.value);
  });
  readonly peak = computed(() => peakOf(this.result.value));
  /** The smallest sum and the largest. */
  readonly range = computed(() => rangeOf(this.result.value));
  /** The sums at the two ends of the scale. */
  readonly scale = computed(() =>
    scaleOf(this.result.value, this.filter.value, this.image.value, {
      gray: this.isGray.value,
      rectify: this.rectify.value,
      picture: isPicture(this.imageChoice.value),
    }),
  );

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

  /** What the page around it has: digits to choose from, and filters as they are learned; none while there are none. */
  receive(digits: readonly Digit[], learned: readonly LearnedFilter[]): void {
    this.change(() => {
      this.digits.value = digits;
      this.learned.value = learned;
      if (learned.length === 0) return;
      this.#learnedSize.value = learned[0].size;
      const choice = this.filterChoice.value;
      // Another network has fewer of them.
      if (choice.kind === 'learned' && !learned[choice.index]) this.filterChoice.value = FIRST;
    });
  }

  chooseImage(choice: ImageChoice): void {
    const before = this.imageChoice.value;
    this.bringing.value = null;
    this.imageTrouble.value = null;
    this.change(() => {
      if (usualSpeed(choice) !== usualSpeed(before)) this.speed.value = usualSpeed(choice);
      this.imageChoice.value = choice;
    });
    if (isPicture(choice)) this.showWhole();
    else if (isPicture(before)) this.restart();
  }

  /** A photograph of the page has been loaded. */
  keepPhotograph(name: PhotographName, image: GrayImage): void {
    this.change(() => {
      this.photographs.value = { ...this.photographs.value, [name]: image };
    });
  }

  /** Shows an image that a visitor brought along. */
  takeFile(name: string, image: GrayImage): void {
    this.change(() => {
      this.file.value = { name, image };
    });
    this.chooseImage({ kind: 'file' });
  }

  /** As a link says; what it does not say stays. */
  open(state: Partial<LabState>, learnedSize: number): void {
    batch(() => {
      this.#learnedSize.value = learnedSize;
      this.own.value = state.own ?? this.own.value;
      this.filterChoice.value = state.filter ?? this.filterChoice.value;
      this.sliding.value = state.sliding ?? this.sliding.value;
      this.rectify.value = state.rectify ?? this.rectify.value;
      this.gray.value = state.gray ?? this.gray.value;
      this.chooseImage(state.image ?? this.imageChoice.value);
      this.fillAll();
      this.position.value = state.position ?? this.position.value;
    });
  }

  /** What a link is to keep. */
  get state(): LabState {
    return {
      image: this.imageChoice.value,
      own: this.own.value,
      filter: this.filterChoice.value,
      sliding: this.sliding.value,
      rectify: this.rectify.value,
      gray: this.gray.value,
      position: this.position.value,
    };
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

  /** All sums, and the window where the strongest is. */
  private showWhole(): void {
    batch(() => {
      this.fillAll();
      this.position.value = Math.max(
        0,
        this.result.value.findIndex((sum) => Math.abs(sum) === this.peak.value),
      );
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
