import { effect, type ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import { type Color, diverging } from '../../../../src/inspect/index.js';
import { markOf } from './signs.js';

interface PixelsProps {
  width: number;
  height: number;
  label: string;
  /** What the strongest color stands for; 1 unless given. */
  scale?: number;
  /** The color of a number divided by `scale`; `diverging` unless given. */
  color?: (value: number) => Color;
  /** Whether negative numbers have a small minus; for squares of 10 pixels or more. */
  signs?: boolean;
}

/** A square with a sign, and the sign in it, in the canvas's own pixels. */
const SQUARE = 9;
const MARK = { left: 3, top: 4, width: 3, height: 1 };

/**
 * Numbers as one square pixel each, whatever size the styles give the canvas.
 * @param values [height, width], row-major
 */
export function Pixels({ values, ...props }: PixelsProps & { values: ArrayLike<number> }) {
  const { canvas, paint } = usePainter(props);
  useLayoutEffect(() => paint(values), [values, paint]);
  return <Canvas canvas={canvas} {...props} />;
}

/** The same for numbers that change many times a second: they are painted, and nothing is rendered anew. */
export function LivePixels({ values, ...props }: PixelsProps & { values: ReadonlySignal<ArrayLike<number> | null> }) {
  const { canvas, paint } = usePainter(props);
  useLayoutEffect(() => effect(() => paint(values.value)), [values, paint]);
  return <Canvas canvas={canvas} {...props} />;
}

function Canvas(props: PixelsProps & { canvas: RefObject<HTMLCanvasElement | null> }) {
  const { canvas, width, height, label, signs } = props;
  const each = signs ? SQUARE : 1;
  return (
    <canvas class="pixels" ref={canvas} width={each * width} height={each * height} role="img" aria-label={label} />
  );
}

function usePainter({ width, height, scale = 1, color = diverging, signs = false }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const made = useRef<{ context: CanvasRenderingContext2D; image: ImageData } | null>(null);
  const each = signs ? SQUARE : 1;
  const paint = useCallback(
    (values: ArrayLike<number> | null) => {
      if (made.current?.image.width !== each * width || made.current.image.height !== each * height) {
        const context = canvas.current?.getContext('2d');
        if (!context) return;
        made.current = { context, image: context.createImageData(each * width, each * height) };
      }
      if (!values || values.length < width * height) return;
      const { context, image } = made.current;
      for (let i = 0; i < width * height; i++) {
        const share = values[i] / scale;
        const [x, y] = [each * (i % width), each * Math.floor(i / width)];
        fill(image, x, y, each, each, color(share));
        const mark = signs ? markOf(share) : null;
        if (mark) fill(image, x + MARK.left, y + MARK.top, MARK.width, MARK.height, mark);
      }
      context.putImageData(image, 0, 0);
    },
    [width, height, scale, color, signs],
  );
  return { canvas, paint };
}

/** Many times a second, so in words of four bytes. */
function fill({ data, width }: ImageData, left: number, top: number, across: number, down: number, color: Color): void {
  const words = new Uint32Array(data.buffer);
  const [red, green, blue] = color;
  const word = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  for (let y = top; y < top + down; y++) words.fill(word, y * width + left, y * width + left + across);
}

/** A round number, no larger than it must be, that no number exceeds in magnitude: a scale that seldom changes. */
export function roundScale(values: ArrayLike<number>): number {
  let largest = 1e-6;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  const power = 10 ** Math.floor(Math.log10(largest));
  return power * ([1, 1.5, 2, 3, 4, 6, 8].find((digit) => digit * power >= largest) ?? 10);
}
