/** A square canvas that keeps as many pixels as it is shown with. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Color } from '../../../../src/inspect/index.js';
import { css } from '../pictures/colors.js';
import { gray, paintFilter, paintPixels, type Sheet } from './paint.js';

/** A canvas as wide as its container, drawn anew whenever its width, or what it shows, changes. */
export function SquareCanvas({ cells, paint }: { cells: number; paint: (sheet: Sheet) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry.contentRect.width));
    observer.observe(canvas.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const density = window.devicePixelRatio || 1;
    const side = Math.round(width * density);
    if (side === 0) return;
    if (context.canvas.width !== side) {
      context.canvas.width = side;
      context.canvas.height = side;
    }
    context.clearRect(0, 0, side, side);
    paint({ context, side, density, cells });
  }, [width, cells, paint]);
  return <canvas ref={canvas} />;
}

/** Canvas pixels along a side of a weight: so many that its sign can be written. */
const WEIGHT = 12;

/** A filter, or, where `peak` is null, an image, as a small picture. */
export function Thumbnail({ values, size, peak }: { values: Float32Array; size: number; peak: number | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const side = peak === null ? size : size * WEIGHT;
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const sheet = { context, side, density: 1, cells: size };
    if (peak === null) paintPixels(sheet, values, gray);
    else paintFilter(sheet, values, peak);
  }, [values, size, side, peak]);
  return <canvas ref={canvas} class={peak === null ? 'pixels' : undefined} width={side} height={side} />;
}

/** The colors from one end of the scale, in shares of the other, to 1. */
export function ScaleBar({ from, colorOf, label }: { from: number; colorOf: (share: number) => Color; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    for (let x = 0; x < 101; x++) {
      context.fillStyle = css(colorOf(from + (x / 100) * (1 - from)));
      context.fillRect(x, 0, 1, 1);
    }
  }, [from, colorOf]);
  return <canvas ref={canvas} width={101} height={1} role="img" aria-label={label} />;
}
