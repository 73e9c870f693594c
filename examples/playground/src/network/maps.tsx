import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useTexts } from '../texts/index.js';
import { fieldOf, type Unit, winnersIn, within } from './fields.js';
import { useReadout } from './readout.js';
import {
  extentOf,
  marksOf,
  outlineOf,
  type Palette,
  type Place,
  paint,
  placeAt,
  placeBeside,
  type Sheet,
  sheetOf,
} from './sheet.js';
import type { Maps as MapsOf, Stage, Trace } from './trace.js';
import type { Level, View } from './view.js';

interface MapsProps {
  view: View;
  trace: Trace;
  stage: Stage;
  /** What to show of it. */
  maps: MapsOf;
  /** The only map to show; null for all. */
  only?: number | null;
  /** Maps side by side. */
  columns: number;
  /** The number that the scale of colors ends at. */
  scale: number;
  palette: Palette;
  /** What a click opens; null when it only chooses. */
  opens: Exclude<Level, 'overview'> | null;
  /** Unique in the card, for the focus. */
  name: string;
  label: string;
}

const MOVES: Record<string, readonly [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The maps of a layer on one canvas, over which pointer and arrow keys move from number to number. */
export function Maps({ view, trace, stage, maps, only = null, columns, opens, name, label, ...colors }: MapsProps) {
  const { network: texts } = useTexts();
  const readout = useReadout();
  const [aloud, setAloud] = useState('');
  const touched = useRef(false);
  const first = only ?? 0;
  const shown = useMemo(() => (only === null ? maps : alone(maps, only)), [maps, only]);
  const sheet = sheetOf(shown, columns);
  const [width, height] = extentOf(sheet);
  const unitAt = (event: MouseEvent): Unit | null => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    const place = placeAt(sheet, x, ((event.clientY - box.top) / box.height) * height);
    return place && unitOf(place);
  };
  const unitOf = (place: Place): Unit => ({ ...place, channel: place.channel + first, stage });
  const held = (): Unit => {
    const chosen = view.chosen.peek();
    const middle = { stage, channel: first, row: sheet.height >> 1, column: sheet.width >> 1 };
    const unit = chosen?.stage === stage ? within(trace, chosen) : middle;
    return only === null ? unit : { ...unit, channel: only };
  };
  return (
    <div
      class="net-maps"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys need it
      tabIndex={0}
      data-maps={name}
      aria-label={`${label}. ${texts.keys}`}
      onPointerDown={({ pointerType }) => {
        touched.current = pointerType === 'touch';
      }}
      onPointerMove={(event) => {
        if (event.pointerType !== 'touch') view.pointed.value = unitAt(event);
      }}
      onPointerLeave={() => {
        view.pointed.value = null;
      }}
      onClick={(event) => {
        const unit = unitAt(event);
        if (!unit) return;
        if (opens) view.press(opens, unit, touched.current);
        else view.choose(unit);
      }}
      onFocus={() => {
        // By a key, not by the click that chooses a number itself.
        if (view.chosen.peek()?.stage !== stage && view.level.peek() === 'overview' && !touched.current) {
          view.choose(held());
        }
      }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const move = MOVES[event.key];
        if (move) {
          const { channel, row, column } = held();
          const next = unitOf(placeBeside(sheet, { channel: channel - first, row, column }, ...move));
          view.pointed.value = null;
          view.choose(next);
          setAloud(readout(trace, next));
        } else if (event.key === 'Enter' && opens) view.open(opens, held());
        else return;
        event.preventDefault();
      }}
    >
      <Picture sheet={sheet} values={shown.values} {...colors} />
      <Lights {...{ view, trace, stage, sheet, only }} />
      <span class="unseen" aria-live="polite">
        {aloud}
      </span>
    </div>
  );
}

function Picture({
  sheet,
  values,
  palette,
  scale,
}: {
  sheet: Sheet;
  values: Float32Array;
  palette: Palette;
  scale: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const image = useRef<ImageData | null>(null);
  const [width, height] = extentOf(sheet);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const kept = image.current;
    const picture = kept?.width === width && kept.height === height ? kept : context.createImageData(width, height);
    if (picture !== kept) image.current = picture;
    else picture.data.fill(0); // The maps may stand elsewhere.
    paint(picture, sheet, values, palette, scale);
    context.putImageData(picture, 0, 0);
  });
  return <canvas class="pixels" ref={canvas} width={width} height={height} />;
}

/** How wide the mark on a number that won a pooling is, in parts of it: where one can see them all, and where not. */
const MARK = { large: 0.4, small: 0.8 };

/** What the number looked at was computed from, of this layer's numbers. */
function Lights({
  view,
  trace,
  stage,
  sheet,
  only,
}: {
  view: View;
  trace: Trace;
  stage: Stage;
  sheet: Sheet;
  only: number | null;
}) {
  const unit = view.unit.value && within(trace, view.unit.value);
  const field = unit && fieldOf(trace, unit);
  const span = field?.[stage];
  const [width, height] = extentOf(sheet);
  const shows = ({ channel }: { channel: number | null }) => only === null || channel === null || channel === only;
  const here = (channel: number) => channel - (only ?? 0);
  const winners =
    field && (stage === 'conv1' || stage === 'conv2')
      ? winnersIn(trace, field, stage === 'conv1' ? 'pool1' : 'pool2').filter(shows)
      : [];
  const outline =
    span && shows(span)
      ? outlineOf(sheet, span.channel === null ? span : { ...span, channel: here(span.channel) })
      : '';
  const size = only === null && view.level.value === 'overview' ? MARK.small : MARK.large;
  const marks = marksOf(
    sheet,
    winners.map((place) => ({ ...place, channel: here(place.channel) })),
    size,
  );
  return (
    <svg
      class={unit?.stage === stage ? 'net-lights unit' : 'net-lights'}
      viewBox={`0 0 ${width} ${height}`}
      aria-hidden="true"
    >
      <path class="edge" d={outline} />
      <path class="line" d={outline} />
      <path class={size === MARK.small ? 'won' : 'won apart'} d={marks} />
    </svg>
  );
}

/** The digit, and what of it the number looked at was computed from: for where the strip may be out of sight. */
export function InDigit({ view, trace }: { view: View; trace: Trace }) {
  const { network: texts } = useTexts();
  const { input } = trace.stages;
  const sheet = sheetOf(input, 1);
  return (
    <figure class="net-digit">
      <div class="net-maps">
        <Picture sheet={sheet} values={input.values} palette="ink" scale={1} />
        <Lights {...{ view, trace, sheet }} stage="input" only={null} />
      </div>
      <figcaption class="note">{texts.inDigit}</figcaption>
    </figure>
  );
}

/** One map of several. */
function alone({ height, width, values }: MapsOf, channel: number): MapsOf {
  const area = height * width;
  return { channels: 1, height, width, values: values.subarray(channel * area, (channel + 1) * area) };
}
