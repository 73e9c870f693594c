import { useLayoutEffect, useRef } from 'preact/hooks';
import { useTexts } from '../texts/index.js';
import type { Place, Stroke } from './centered.js';

/** Pixels of the canvas along a side, whatever size the styles give it; places on the pad are from 0 to 1. */
const SIDE = 560;
const PEN = 0.075;

/** A square to draw on. */
export function Pad({
  strokes,
  picture,
  hinted,
  onDraw,
}: {
  strokes: readonly Stroke[];
  /** What to show while nothing is drawn: [28, 28], ink from 0 to 1. */
  picture: Float32Array | null;
  /** Whether to invite to draw. */
  hinted: boolean;
  onDraw(strokes: readonly Stroke[]): void;
}) {
  const { draw: texts } = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  // The pen may move several times before the page is drawn anew.
  const drawn = useRef(strokes);
  drawn.current = strokes;
  const pen = useRef<number | null>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) paint(context, strokes, picture);
  }, [strokes, picture]);

  const extend = (places: Place[], begins: boolean) => {
    const before = begins ? [...drawn.current, []] : drawn.current;
    drawn.current = [...before.slice(0, -1), [...(before.at(-1) ?? []), ...places]];
    onDraw(drawn.current);
  };
  return (
    <div class="pad">
      <canvas
        ref={canvas}
        width={SIDE}
        height={SIDE}
        role="img"
        aria-label={texts.pad}
        title={texts.pad}
        onPointerDown={(event) => {
          if (event.button !== 0 || pen.current !== null) return;
          event.preventDefault();
          pen.current = event.pointerId;
          event.currentTarget.setPointerCapture(event.pointerId);
          extend([placeOf(event)], true);
        }}
        onPointerMove={(event) => {
          if (pen.current !== event.pointerId) return;
          const all = event.getCoalescedEvents?.() ?? [];
          extend(
            (all.length > 0 ? all : [event]).map((each) => placeOf(each, event.currentTarget)),
            false,
          );
        }}
        onLostPointerCapture={() => {
          pen.current = null;
        }}
      />
      {hinted && <span class="pad-hint">{texts.hint}</span>}
    </div>
  );
}

function placeOf(event: PointerEvent, board = event.currentTarget as Element): Place {
  const { left, top, width, height } = board.getBoundingClientRect();
  const hold = (share: number) => Math.min(1, Math.max(0, share));
  return { x: hold((event.clientX - left) / width), y: hold((event.clientY - top) / height) };
}

/** Black on white: what the colors of the page are does not matter to paper. */
function paint(context: CanvasRenderingContext2D, strokes: readonly Stroke[], picture: Float32Array | null): void {
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIDE, SIDE);
  if (strokes.length === 0) {
    const cell = SIDE / 28;
    picture?.forEach((ink, i) => {
      context.fillStyle = `rgb(0 0 0 / ${ink})`;
      context.fillRect((i % 28) * cell, Math.floor(i / 28) * cell, cell, cell);
    });
    return;
  }
  context.strokeStyle = '#111';
  context.lineWidth = PEN * SIDE;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    context.beginPath();
    stroke.forEach(({ x, y }, i) => {
      if (i === 0) context.moveTo(x * SIDE, y * SIDE);
      context.lineTo(x * SIDE, y * SIDE);
    });
    context.stroke();
  }
}
