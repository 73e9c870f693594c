/** Part 4 of the playground: an image, a filter, and every number of the convolution between them. */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { diverging } from '../../../../src/inspect/index.js';
import { Board } from './board.js';
import { type Digit, isPicture, type LearnedFilter } from './choices.js';
import { Controls } from './controls.js';
import { FilterChooser } from './filter-choice.js';
import { ImageChooser } from './image-choice.js';
import type { Lab } from './lab.js';
import { Meaning } from './meaning.js';
import { long } from './numbers.js';
import { gray, paintImage, paintResult, type Sheet } from './paint.js';
import { ScaleBar, Thumbnail } from './pixels.js';
import { SlidingChooser } from './sliding-choice.js';
import { Sum } from './sum.js';
import type { ConvolutionTexts } from './texts.en.js';
import { peakOf } from './walk.js';

export interface ConvolutionLabProps {
  lab: Lab;
  /** Digits to choose from; without any, the choice of a digit is not offered. */
  digits?: readonly Digit[];
  /** The filters of a network as they are now; a new array whenever they have changed. */
  learned?: readonly LearnedFilter[];
  texts: ConvolutionTexts;
  /** Whether the image stands alone, without the window on it. */
  bare?: boolean;
  children?: ComponentChildren;
}

/** Cells along a side up to which two boards find room beside each other on a phone. */
const FEW = 6;

const NONE: readonly never[] = [];

export function ConvolutionLab({ lab, digits = NONE, learned = NONE, texts, bare, children }: ConvolutionLabProps) {
  useEffect(() => lab.receive(digits, learned), [lab, digits, learned]);
  return (
    <section class="convolution" aria-labelledby="convolution-title">
      <h2 id="convolution-title">{texts.title}</h2>
      <p class="lead">{texts.lead}</p>
      <div class="choices">
        <ImageChooser lab={lab} texts={texts} />
        <FilterChooser lab={lab} texts={texts} />
        <SlidingChooser lab={lab} texts={texts} />
      </div>
      <Controls lab={lab} texts={texts} />
      <div class={lab.plan.value.padded > FEW ? 'boards many' : 'boards'}>
        <ImageBoard lab={lab} texts={texts} bare={bare} />
        <Between lab={lab} />
        {lab.fits.value && <ResultBoard lab={lab} texts={texts} />}
        {!lab.fits.value && (
          <p class="no-fit" role="alert">
            {texts.noFit(lab.plan.value.reach, lab.plan.value.padded)}
          </p>
        )}
      </div>
      {lab.fits.value && !lab.missing.value && <Sum lab={lab} texts={texts} />}
      <Meaning lab={lab} texts={texts} />
      <Aloud lab={lab} texts={texts} />
      {children}
    </section>
  );
}

interface PartProps {
  lab: Lab;
  texts: ConvolutionTexts;
}

function ImageBoard({ lab, texts, bare }: PartProps & { bare?: boolean }) {
  const [image, plan, filter] = [lab.image.value, lab.plan.value, lab.filter.value];
  const taps = bare ? NONE : lab.taps.value;
  const paint = useCallback(
    (sheet: Sheet) => paintImage(sheet, image, plan, taps, peakOf(filter.values)),
    [image, plan, taps, filter],
  );
  // The gray that the pressed pointer draws with: the opposite of the pixel where it was put down.
  const ink = useRef(0);
  const own = lab.imageChoice.value.kind === 'own';
  const draw = (row: number, column: number) => {
    const [y, x] = [row - plan.padding, column - plan.padding];
    if (Math.min(y, x) < 0 || Math.max(y, x) >= image.size) return;
    lab.paintPixel(y * image.size + x, ink.current);
  };
  const over = (row: number, column: number) => lab.pointAtPixel(row - plan.padding, column - plan.padding);
  return (
    <Board
      lab={lab}
      title={texts.boards.image(image.size, plan.padding)}
      drawn={own}
      keys={texts.boards.imageKeys}
      cells={plan.padded}
      paint={paint}
      onPoint={(row, column, pressed) => {
        if (own && pressed) draw(row, column);
        if (pressed || !lab.playing.value) over(row, column);
      }}
      onPress={(row, column) => {
        if (own) {
          const pixel = image.values[(row - plan.padding) * image.size + column - plan.padding] ?? 0;
          ink.current = pixel < image.white / 2 ? image.white : 0;
          draw(row, column);
        }
        over(row, column);
      }}
    >
      <p class="note">{own ? texts.boards.hintOwn : texts.boards.hint}</p>
    </Board>
  );
}

/** The filter as a picture, from the image to the result. */
function Between({ lab }: { lab: Lab }) {
  const { values, size } = lab.filter.value;
  return (
    <div class="between" aria-hidden="true">
      <Thumbnail key={size} values={values} size={size} peak={peakOf(values)} />
      <span class="arrow">→</span>
    </div>
  );
}

function ResultBoard({ lab, texts }: PartProps) {
  const [result, filled, position] = [lab.result.value, lab.filled.value, lab.position.value];
  const { from, to } = lab.scale.value;
  const grayed = lab.isGray.value;
  const colorOf = useCallback(
    (sum: number) => (grayed ? gray((sum - from) / (to - from)) : diverging(sum / to)),
    [grayed, from, to],
  );
  // On thousands of small cells they would look like dirt; gray tells the signs apart there.
  const signs = !grayed && !isPicture(lab.imageChoice.value);
  const colorOfShare = useCallback((share: number) => colorOf(share * to), [colorOf, to]);
  const paint = useCallback(
    (sheet: Sheet) => paintResult(sheet, result, filled, position, colorOf, signs),
    [result, filled, position, colorOf, signs],
  );
  const { outSize } = lab.plan.value;
  const [least, most] = lab.range.value;
  return (
    <Board
      lab={lab}
      title={texts.boards.result(outSize)}
      keys={texts.boards.resultKeys}
      cells={outSize}
      paint={paint}
      onPoint={(row, column, pressed) => {
        if (pressed || !lab.playing.value) lab.pointAt(row * outSize + column);
      }}
    >
      <div class="scale">
        <span>
          {least < from && '≤ '}
          {long(rounded(from))}
        </span>
        <ScaleBar from={from / to} colorOf={colorOfShare} label={texts.boards.scale} />
        <span>
          {most > to && '≥ '}
          {long(rounded(to))}
        </span>
      </div>
      <div class="look">
        <fieldset class="segments">
          <legend class="unseen">{texts.boards.look}</legend>
          {[false, true].map((each) => (
            <label key={String(each)} title={each ? texts.boards.grayTip : texts.boards.colorsTip}>
              <input
                type="radio"
                name="convolution-look"
                checked={grayed === each}
                onChange={() => {
                  lab.gray.value = each;
                }}
              />
              <span>{each ? texts.boards.gray : texts.boards.colors}</span>
            </label>
          ))}
        </fieldset>
        <p class="note">{texts.boards.range(long(rounded(least)), long(rounded(most)))}</p>
      </div>
    </Board>
  );
}

/** As an end of a scale is read. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** The sum, for screen readers, after each move by a key or a button. */
function Aloud({ lab, texts }: PartProps) {
  // Only `moves` is subscribed to: playing and pointing change nothing here.
  const moved = lab.moves.value > 0 && lab.fits.peek();
  const sum = long(lab.result.peek()[lab.position.peek()] ?? 0);
  return (
    <p class="unseen" aria-live="polite">
      {moved && texts.sum.aloud(lab.row.peek() + 1, lab.column.peek() + 1, sum)}
    </p>
  );
}
