/** The 5x5 filters of one seed under each condition, as they are trained or less their start. */
import { filterPanels, type Picture, panelGrid } from '../../../src/inspect/index.js';
import { SHOWN } from './figure.js';
import type { Run } from './summary.js';

/** A row a condition, on one scale within it; the norm of each filter stands below it, and what is almost nothing is pale. */
export function filtersOf(runs: readonly Run[], seed: number): Picture {
  const rows = SHOWN.flatMap(([condition, reading, label]) => {
    const run = runs.find((each) => each.condition === condition && each.size === 5 && each.seed === seed);
    if (!run?.start || !run.trained) return [];
    const { start, trained } = run;
    const read = { start, trained, change: trained.map((each, i) => each - start[i]) }[reading];
    const largest = Math.max(...read.map(Math.abs));
    const scaled = read.map((each) => each / largest);
    const panels = filterPanels(scaled, [read.length / 25, 1, 5, 5]).map((panel, i) => {
      const norm = Math.hypot(...read.slice(25 * i, 25 * (i + 1)));
      return { ...panel, label: norm.toFixed(2) };
    });
    const excess = run.readings[reading]?.raw?.excess;
    const text = label.replace(/, /, ',\n').replace(' labels ', ' labels\n').replace(' above ', ' above\n');
    return [{ label: excess === undefined ? text : `${text}\nexcess ${excess.toFixed(2).replace('-', '−')}`, panels }];
  });
  const title = `The 5x5 filters of seed ${seed}; below each its norm, beside each row its R2ori less that of its null`;
  return panelGrid(rows, { title, unit: "weight / row's largest", panelSize: 50 });
}
