/** So many batches; Infinity where nobody knows how many. */
export function batches(count: number): string {
  return Number.isFinite(count) ? `${count} 个批次` : '未知数量的批次';
}
