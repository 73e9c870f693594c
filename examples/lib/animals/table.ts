/** The figures of example 08 as text. */
import type { Counts, LayerFigures, Thresholds } from './analysis.js';
import { PARTS, type Part } from './drawings.js';

/** A control's counts in layer 3. */
export interface Control {
  above: Counts;
  abovePercentile: Counts;
  /** On what it learned, and on unseen drawings, of its own question. */
  learned?: number;
  accuracy?: number;
}

/** What metrics.json holds. */
export interface Figures {
  seed: number;
  accuracy: number;
  /** Of layer 3. */
  above: Counts;
  thresholds: Thresholds;
  layers: Record<'conv1' | 'conv2' | 'conv3', LayerFigures>;
  /** Layers 1 to 3 of the network before training. */
  untrainedLayers: Pick<Control, 'above' | 'abovePercentile'>[];
  chance: Record<Part, number>;
  prior: Record<Part, { onPart: number; variants: Record<string, number> }>;
  controls: Record<string, Control>;
}

const percent = (share: number | null | undefined) =>
  typeof share === 'number' ? `${Math.round(100 * share) || 0}%` : '-';
const counts = (above: Counts) => PARTS.map((part) => above[part]);

/** What the controls are called. */
export const CONTROL_NAMES: Record<string, string> = {
  untrainedTwin: 'the same network before training',
  untrained: 'another untrained network',
  shuffledLabels: 'shuffled names learned by heart',
  eyeOnly: 'asked for the eyes only',
  noseOnly: 'asked for the nose only',
  earOnly: 'asked for the ears only',
};

/** One row for each layer and each control: its name, a remark, and the counts of eye, nose and ear filters. */
export function countRows({ accuracy, layers, controls }: Figures): [name: string, remark: string, ...number[]][] {
  const told = ({ learned, accuracy: right }: Control) => {
    const parts = [
      learned === undefined ? '' : `learned ${percent(learned)}`,
      right === undefined ? '' : `unseen ${percent(right)}`,
    ];
    return parts.filter(Boolean).join(', ');
  };
  return [
    ['layer 3 (32 filters)', `unseen ${percent(accuracy)}`, ...counts(layers.conv3.above)],
    ['layer 2 (24 filters)', '', ...counts(layers.conv2.above)],
    ['layer 1 (12 filters)', '', ...counts(layers.conv1.above)],
    ...Object.entries(controls).map(
      ([name, control]) =>
        [CONTROL_NAMES[name], told(control), ...counts(control.above)] as [string, string, ...number[]],
    ),
  ];
}

/** The best filter of each part and layer. */
export function bestRows({ layers }: Figures): string[][] {
  return PARTS.flatMap((part) =>
    (['conv3', 'conv2', 'conv1'] as const).map((layer) => {
      const { onPart, turnedOver, scattered, fall, others, decoys } = layers[layer].best[part];
      return [`${part}, layer ${layer.at(-1)}`, ...[onPart, turnedOver, scattered, fall, others, decoys].map(percent)];
    }),
  );
}

function aligned(head: string[], rows: string[][]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all
    .map((row) => `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`)
    .join('\n');
}

export const COUNTS_HEAD = ['', 'names right', 'eye', 'nose', 'ear'];
export const BEST_HEAD = ['', 'on the part', 'turned over', 'scattered', 'fall', 'others', 'decoys'];

/** What the example prints. */
export function printed(figures: Figures): string {
  const rows = countRows(figures).map((row) => row.map(String));
  return `
filters that find eyes, noses and ears, as not one in a hundred filters of controls does, and whose answers halve without them
${aligned(COUNTS_HEAD, rows)}

the best filter of each part, over the 100 unseen drawings that excite it most: in how many its answer is on the part, also
when eyes and nose change places and when parts are scattered; by how much it falls without the part, and without others
${aligned(BEST_HEAD, bestRows(figures))}
`;
}
