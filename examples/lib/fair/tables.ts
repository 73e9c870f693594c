/** The study of fair controls as tables. */
import type { Interval } from './interval.js';
import { type Difference, KINDS, type Row, type Run } from './summary.js';

/** '0.15 (0.13 to 0.17)', with a real minus. */
export function intervalText({ mean, low, high }: Interval, decimals = 2): string {
  const shown = (value: number) => (Number.isFinite(value) ? value.toFixed(decimals).replace('-', '−') : '–');
  return `${shown(mean)} (${shown(low)} to ${shown(high)})`;
}

const READINGS = { start: 'w_0', trained: 'w_T', change: 'w_T − w_0' };

/** Markdown: for each kernel size a row a condition and reading, and the differences. */
export function tableOf(rows: readonly Row[], differences: readonly Difference[]): string {
  const head = [
    'condition',
    'read',
    'seeds',
    'accuracy',
    'live of 12',
    'DC',
    'null',
    'raw R2ori',
    'raw excess (95%)',
    'centered R2ori',
    'centered excess (95%)',
    'p < .05, smooth: raw, centered',
    'rotated: raw, centered',
  ];
  const sizes = [...new Set(rows.map(({ size }) => size))];
  const parts = sizes.map((size) => {
    const lines = rows
      .filter((row) => row.size === size)
      .map((row) => [
        row.condition,
        READINGS[row.reading],
        row.without ? `${row.accuracy.count}, ${row.without} without a value` : `${row.accuracy.count}`,
        row.reading === 'start' ? '–' : `${(100 * row.accuracy.mean).toFixed(1)}%`,
        row.live.mean.toFixed(1),
        Number.isFinite(row.dc.mean) ? row.dc.mean.toFixed(2) : '–',
        row.nullMean.toFixed(3),
        ...KINDS.flatMap((kind) => [
          row[kind]?.r2ori.mean.toFixed(3) ?? '–',
          row[kind] ? intervalText(row[kind].excess, 3) : '–',
        ]),
        ...(['smooth', 'rotated'] as const).map((against) =>
          row.raw && row.centered ? `${row.raw[against]}, ${row.centered[against]} of ${row.raw.values.length}` : '–',
        ),
      ]);
    return `**${size}x${size}**\n\n${markdown([head, ...lines])}`;
  });
  const claimed = differences.map(({ what, size, kind, difference }) => [
    what,
    `${size}x${size}`,
    kind,
    `${difference.count}`,
    intervalText(difference, 3),
  ]);
  const table = markdown([
    ['difference of the excess, by seed', 'filters', 'R2ori', 'seeds', 'mean (95%)'],
    ...claimed,
  ]);
  return `${[...parts, table].join('\n\n')}\n`;
}

function markdown([head, ...rows]: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** A line a training and reading. */
export function csvOf(runs: readonly Run[]): string {
  const head =
    'condition,reading,size,seed,accuracy,trainAccuracy,live,dc,norm,nullMean,rawR2ori,rawExcess,rawPSmooth,rawPRotated,' +
    'centeredR2ori,centeredExcess,centeredPSmooth,centeredPRotated';
  const lines = runs.flatMap((run) =>
    Object.entries(run.readings).map(([reading, { live, dc, norm, ...measured }]) => {
      const statistics = KINDS.flatMap((kind) => {
        const { r2ori, excess, pSmooth, pRotated } = measured[kind] ?? {};
        return [r2ori, excess, pSmooth, pRotated];
      });
      const numbers = [run.accuracy, run.trainAccuracy, live, dc, norm, run.nullMean, ...statistics];
      const shown = numbers.map((value) =>
        value === undefined || !Number.isFinite(value) ? '' : Number(value.toPrecision(5)),
      );
      return [`"${run.condition}"`, reading, run.size, run.seed, ...shown].join(',');
    }),
  );
  return `${[head, ...lines].join('\n')}\n`;
}
