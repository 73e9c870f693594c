/** What a probability of 0 means to the kernels: the hash below which a number is dropped, and the factor of the others. */
export function dropping(p: number): { least: number; scale: number } {
  return { least: Math.min(Math.round(p * 2 ** 32), 2 ** 32 - 1), scale: p < 1 ? 1 / (1 - p) : 0 };
}
