/** Part 4 of the playground: an image, a filter, and every number of the convolution between them. */
import { useCallback, useEffect, useRef } from 'preact/hooks';
import { Board } from './board.js';
import { Controls } from './controls.js';
import { FilterChooser } from './filter-choice.js';
import { ImageChooser } from './image-choice.js';
import type { Digit, Lab, LearnedFilter } from './lab.js';
import { Meaning } from './meaning.js';
import { long } from './numbers.js';
import { paintImage, paintResult, type Sheet } from './paint.js';
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
}

const NONE: readonly never[] = [];

export function ConvolutionLab({ lab, digits = NONE, learned = NONE, texts }: ConvolutionLabProps) {
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
      <div class="boards">
        <ImageBoard lab={lab} texts={texts} />
        <Between lab={lab} />
        {lab.fits.value && <ResultBoard lab={lab} texts={texts} />}
        {!lab.fits.value && (
          <p class="no-fit" role="alert">
            {texts.noFit(lab.plan.value.reach, lab.plan.value.padded)}
          </p>
        )}
      </div>
      {lab.fits.value && <Sum lab={lab} texts={texts} />}
      <Meaning lab={lab} texts={texts} />
      <Aloud lab={lab} texts={texts} />
    </section>
  );
}

interface PartProps {
  lab: Lab;
  texts: ConvolutionTexts;
}

function ImageBoard({ lab, texts }: PartProps) {
  const [image, plan, taps, filter] = [lab.image.value, lab.plan.value, lab.taps.value, lab.filter.value];
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
  const [result, filled, position, peak] = [lab.result.value, lab.filled.value, lab.position.value, lab.peak.value];
  const paint = useCallback(
    (sheet: Sheet) => paintResult(sheet, result, filled, position, peak),
    [result, filled, position, peak],
  );
  const { outSize } = lab.plan.value;
  const from = lab.rectify.value ? 0 : -1;
  const end = Number(peak.toPrecision(3));
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
        <span>{long(from * end)}</span>
        <ScaleBar from={from} label={texts.boards.scale} />
        <span>{long(end)}</span>
      </div>
    </Board>
  );
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
