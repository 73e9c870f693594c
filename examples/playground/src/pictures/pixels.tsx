import { useLayoutEffect, useRef } from 'preact/hooks';
import { type Color, diverging } from '../../../../src/inspect/index.js';

/**
 * Numbers as one square pixel each, whatever size the styles give the canvas.
 * @param values [height, width], row-major
 * @param color of a number; `diverging` of it divided by `scale` unless given
 */
export function Pixels({
  values,
  width,
  height,
  label,
  scale = 1,
  color = diverging,
}: {
  values: ArrayLike<number>;
  width: number;
  height: number;
  label: string;
  scale?: number;
  color?: (value: number) => Color;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const made = useRef<{ context: CanvasRenderingContext2D; image: ImageData } | null>(null);
  useLayoutEffect(() => {
    if (made.current?.image.width !== width || made.current.image.height !== height) {
      const context = canvas.current?.getContext('2d');
      if (!context) return;
      made.current = { context, image: context.createImageData(width, height) };
    }
    const { context, image } = made.current;
    for (let i = 0; i < width * height; i++) {
      image.data.set(color(values[i] / scale), 4 * i);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [values, width, height, scale, color]);
  return <canvas class="pixels" ref={canvas} width={width} height={height} role="img" aria-label={label} />;
}

/** A round number, no larger than it must be, that no number exceeds in magnitude: a scale that seldom changes. */
export function roundScale(values: ArrayLike<number>): number {
  let largest = 1e-6;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  const power = 10 ** Math.floor(Math.log10(largest));
  return power * ([1, 1.5, 2, 3, 4, 6, 8].find((digit) => digit * power >= largest) ?? 10);
}
