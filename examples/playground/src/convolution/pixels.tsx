/** A square canvas that keeps as many pixels as it is shown with. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Color, diverging } from '../../../../src/inspect/index.js';
import { css, gray, paintPixels, type Sheet } from './paint.js';

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

/** A picture of one canvas pixel a value, enlarged without smoothing. */
export function Thumbnail({ values, size, peak }: { values: Float32Array; size: number; peak: number | null }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const colorOf = (value: number): Color => (peak === null ? gray(value) : diverging(value / peak));
    const context = canvas.current!.getContext('2d')!;
    paintPixels({ context, side: size, density: 1, cells: size }, values, colorOf);
  }, [values, size, peak]);
  return <canvas ref={canvas} width={size} height={size} />;
}

/** The colors from the most negative sum to the most positive. */
export function ScaleBar({ from, label }: { from: -1 | 0; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    for (let x = 0; x < 101; x++) {
      context.fillStyle = css(diverging(from + (x / 100) * (1 - from)));
      context.fillRect(x, 0, 1, 1);
    }
  }, [from]);
  return <canvas ref={canvas} width={101} height={1} role="img" aria-label={label} />;
}
