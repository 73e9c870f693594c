/** Means over seeds with their intervals. */

/** Student's t, two-sided 95%, for 1 to 9 degrees of freedom. */
const T95 = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

export interface Interval {
  mean: number;
  /** The 95% confidence interval of the mean, by Student's t; NaN for fewer than two values. */
  low: number;
  high: number;
  /** How many values there are. */
  count: number;
}

/** Mean and 95% interval of up to ten values, one a seed. */
export function interval(values: readonly number[]): Interval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  const half = (T95[count - 2] ?? Number.NaN) * Math.sqrt(variance / count);
  return { mean, low: mean - half, high: mean + half, count };
}
