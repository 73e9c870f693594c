import { figure } from './conclusion.js';
import type { NullComparison } from './filters/emergence.js';
import type { FilterStudy, StudiedFilter, StudiedLayer } from './study.js';

/** How the nulls are called in tables. */
export const NULL_NAMES = {
  normal: 'independent taps',
  uniform: 'independent taps (uniform)',
  colored: 'as smooth as the images',
  permuted: 'own taps, permuted',
} as const;

/** A study as tables of plain text: filter by filter, then the layer before and after against each null. */
export function studyText(study: FilterStudy): string {
  const { after, shape, leftNullBand, conclusion } = study;
  const filters = align([
    ['filter', 'class', 'angle', 'R2ori', 'norm', 'nearest hand-made filter'],
    ...after.filters.map((filter) => [
      shape[1] === 1 ? `${filter.filter}` : `${filter.filter}, channel ${filter.channel}`,
      ...[filter.class, angleText(filter), filter.r2ori.toFixed(2), filter.norm.toFixed(2)],
      filter.nearest ? `${filter.nearest.name}, cosine ${filter.nearest.cosine.toFixed(2)}` : '',
    ]),
  ]);
  const left = leftNullBand.map(({ kind, step }) => {
    const when =
      step === null ? 'never, at the steps kept,' : step === 0 ? 'from the beginning' : `from step ${step} on`;
    return `above 99% of random layers (${NULL_NAMES[kind]}): ${when}`;
  });
  return [filters, align(layerTable(study)), ...(study.timeline.length > 0 ? [left.join('\n')] : []), conclusion].join(
    '\n\n',
  );
}

/** The way an edge or line runs; nothing for other filters. */
export function angleText({ class: name, angle }: StudiedFilter): string {
  return name === 'edge' || name === 'line' ? `${angle.toFixed(0)}°` : '';
}

/** A p-value in a few characters; at its floor it says so. */
export function pText({ p, pFloor }: Pick<NullComparison, 'p' | 'pFloor'>): string {
  return `${p <= pFloor ? '≤ ' : ''}${figure(p)}`;
}

/** The layer before and after training against each null: the names of the columns, then the rows. */
export function layerTable({ before, after }: Pick<FilterStudy, 'before' | 'after'>): string[][] {
  const layers = [...(before ? [['before', before] as const] : []), ['after', after] as const];
  return [
    [
      ...['training', 'mean R2ori', 'live', 'edges + lines'],
      ...['random filters', 'their mean', '99% of layers below', 'p', 'by chance'],
    ],
    ...layers.flatMap(([when, layer]) => layer.nulls.map((given) => layerRow(when, layer, given))),
  ];
}

function layerRow(when: string, layer: StudiedLayer, given: NullComparison): string[] {
  const fixed = (value: number, digits: number) => (Number.isNaN(value) ? '–' : value.toFixed(digits));
  return [
    ...[when, fixed(layer.r2ori, 3), `${layer.live}`, `${layer.oriented}`],
    ...[NULL_NAMES[given.kind], fixed(given.mean, 3), fixed(given.layer99, 3)],
    ...[layer.live === 0 ? '–' : pText(given), fixed(given.expectedOriented, 1)],
  ];
}

/** Columns of one width, numbers at their right. */
function align(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const numeric = rows[0].map((_, column) => rows.slice(1).every((row) => /^[-–≤\d]|^NaN$|^$/.test(row[column])));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (numeric[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
