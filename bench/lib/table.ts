import Table from 'cli-table3';

/** A plain table of text: the first column to the left, numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
  });
  drawn.push(...rows.map((row) => [...row]));
  return drawn.toString();
}
