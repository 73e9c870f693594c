/** So many batches; Infinity where nobody knows how many. */
export function batches(count: number): string {
  if (count === 1) return '1 batch';
  return Number.isFinite(count) ? `${count} batches` : 'an unknown number of batches';
}
