import { type NetSpec, parameterShapes, placed } from '../nets.js';

/**
 * Parameters for a contestant whose images have their channels last: convolutions become
 * [height, width, in, out] (TensorFlow) or [out, height, width, in] (ConvNetJS), and the columns of the dense layer
 * after `flatten` are put into the order in which such images are flattened.
 */
export function channelsLast(
  net: NetSpec,
  weights: readonly Float32Array[],
  filters: 'out first' | 'out last',
): Float32Array[] {
  const shapes = parameterShapes(net);
  const [channels, height, width] = placed(net).find(({ layer }) => layer.kind === 'flatten')?.input ?? [1, 1, 1];
  const flattens = channels * height * width > 1;
  const firstDense = shapes.findIndex(({ shape }) => shape.length === 2);
  return weights.map((w, i) => {
    const { shape } = shapes[i];
    if (shape.length === 4) {
      const [out, inside, kernelH, kernelW] = shape;
      const order = [out, inside, kernelH, kernelW] as const;
      return filters === 'out first' ? permute(w, order, [0, 2, 3, 1]) : permute(w, order, [2, 3, 1, 0]);
    }
    if (flattens && i === firstDense) return permute(w, [shape[0], channels, height, width], [0, 2, 3, 1]);
    return w;
  });
}

/** Transposes [rows, columns]. */
export function transposed(w: Float32Array, rows: number, columns: number): Float32Array {
  return permute(w, [1, 1, rows, columns], [0, 1, 3, 2]);
}

type Four = readonly [number, number, number, number];

/** Axis `axes[k]` of `w` becomes axis k. */
export function permute(w: Float32Array, shape: Four, axes: Four): Float32Array {
  const strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
  const [n0, n1, n2, n3] = axes.map((axis) => shape[axis]);
  const [s0, s1, s2, s3] = axes.map((axis) => strides[axis]);
  const result = new Float32Array(w.length);
  let at = 0;
  for (let a = 0; a < n0; a++) {
    for (let b = 0; b < n1; b++) {
      for (let c = 0; c < n2; c++) {
        for (let d = 0; d < n3; d++) result[at++] = w[a * s0 + b * s1 + c * s2 + d * s3];
      }
    }
  }
  return result;
}
