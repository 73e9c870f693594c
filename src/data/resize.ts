/**
 * @internal Resizes an image [C, H, W]: each new pixel is a mean of those around its place, weighted by a
 * triangle that reaches to the neighbors, or, where the image shrinks, as much further as it shrinks. That is Pillow's
 * and torchvision's bilinear resizing (with antialias). At the same size nothing changes.
 */
export function resize(
  image: Float32Array,
  [channels, height, width]: readonly [channels: number, height: number, width: number],
  [toHeight, toWidth]: readonly [height: number, width: number],
): Float32Array {
  const wide = resizeAxis(image, channels * height, width, 1, toWidth);
  return resizeAxis(wide, channels, height, toWidth, toHeight);
}

/** From [outer, size, inner] to [outer, toSize, inner]. */
function resizeAxis(values: Float32Array, outer: number, size: number, inner: number, toSize: number): Float32Array {
  if (toSize === size) return values;
  const result = new Float32Array(outer * toSize * inner);
  const ratio = size / toSize;
  const reach = Math.max(1, ratio);
  for (let i = 0; i < toSize; i++) {
    const center = (i + 0.5) * ratio;
    const first = Math.max(0, Math.floor(center - reach));
    const last = Math.min(size - 1, Math.ceil(center + reach) - 1);
    const weights = Float64Array.from({ length: last - first + 1 }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - center) / reach),
    );
    const total = weights.reduce((sum, weight) => sum + weight);
    for (let o = 0; o < outer; o++) {
      for (let x = 0; x < inner; x++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += weights[k] * values[(o * size + first + k) * inner + x];
        result[(o * toSize + i) * inner + x] = sum / total;
      }
    }
  }
  return result;
}
