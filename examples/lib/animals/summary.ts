/** Tables of several seeds of example 08, in Markdown. */
import type { Counts } from './analysis.js';
import { PARTS } from './drawings.js';
import { CONTROL_NAMES, type Figures } from './table.js';

const percent = (share: number, places = 0) => `${Number((100 * share).toFixed(places)) || 0}%`;
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const each = (counts: Counts) => PARTS.map((part) => counts[part]).join(', ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** What of a network or a layer is counted, in which of the two ways. */
type Count = 'above' | 'abovePercentile';

/** A row for each layer and control, a column for each seed; in each cell the eye, nose and ear filters. */
export function countsTable(all: readonly Figures[], count: Count): string {
  const row = (name: string, of: (figures: Figures) => string) => [name, ...all.map(of)];
  return table(
    ['eye, nose, ear filters', ...all.map(({ seed }) => `seed ${seed}`)],
    [
      row('accuracy on unseen drawings', ({ accuracy }) => percent(accuracy, 1)),
      row('**layer 3**, of 32', ({ layers }) => `**${each(layers.conv3[count])}**`),
      row('layer 2, of 24', ({ layers }) => each(layers.conv2[count])),
      row('layer 1, of 12', ({ layers }) => each(layers.conv1[count])),
      ...Object.entries(CONTROL_NAMES).map(([key, name]) => row(name, ({ controls }) => each(controls[key][count]))),
    ],
  );
}

/** A row for each part and layer: means over the seeds of its best filter, and of layer 3 the smallest or largest. */
export function bestTable(all: readonly Figures[]): string {
  const rows = PARTS.flatMap((part) =>
    (['conv3', 'conv2', 'conv1'] as const).map((layer) => {
      const best = all.map(({ layers }) => layers[layer].best[part]);
      const cell = (
        name: 'onPart' | 'turnedOver' | 'scattered' | 'fall' | 'others' | 'decoys',
        worst: typeof Math.min,
      ) => {
        const values = best.map(({ [name]: value }) => value).filter((value) => value !== null);
        if (values.length < all.length) return '-';
        return layer === 'conv3' ? `${percent(mean(values))} (${percent(worst(...values))})` : percent(mean(values));
      };
      return [
        `${part}, layer ${layer.at(-1)}`,
        cell('onPart', Math.min),
        cell('turnedOver', Math.min),
        cell('scattered', Math.min),
        cell('fall', Math.min),
        cell('others', Math.max),
        cell('decoys', Math.max),
      ];
    }),
  );
  const chance = PARTS.map((part) => {
    const usual = (name: string) => percent(mean(all.map(({ prior }) => prior[part].variants[name])));
    const onPart = percent(mean(all.map(({ prior }) => prior[part].onPart)));
    return [`${part}, always at its most usual place`, onPart, usual('turnedOver'), usual('scattered'), '', '', ''];
  });
  const head = ['best filter', 'on the part', 'turned over', 'scattered', 'fall', 'others', 'on a decoy'];
  return table(head, [...rows, ...chance]);
}

/** What was wanted, and in how many seeds it was reached. */
export function wantedTable(all: readonly Figures[]): string {
  const reached = (holds: (figures: Figures) => boolean) => `${all.filter(holds).length} of ${all.length}`;
  const atLeast = (least: Counts) => (counts: Counts) => PARTS.every((part) => counts[part] >= least[part]);
  const atMost = (most: number) => (counts: Counts) => PARTS.every((part) => counts[part] <= most);
  const row = (what: string, wanted: string, aim: string, least: (figures: Figures) => boolean, best: typeof least) => {
    return [what, wanted, reached(least), aim, reached(best)];
  };
  const least = atLeast({ eye: 4, nose: 2, ear: 2 });
  const best = atLeast({ eye: 7, nose: 5, ear: 5 });
  const control = (name: string, most: number) => {
    const of = ({ controls }: Figures) => controls[name].above;
    return (figures: Figures) => atMost(most)(name.endsWith('Only') ? others(name, of(figures)) : of(figures));
  };
  const rows = Object.entries(CONTROL_NAMES).map(([key, name]) => {
    const what = key.endsWith('Only') ? `${name}: filters of the other parts` : name;
    return row(what, 'at most 1', '0', control(key, 1), control(key, 0));
  });
  const figure = (name: 'onPart' | 'turnedOver' | 'fall', least: number) => (figures: Figures) =>
    PARTS.every((part) => (figures.layers.conv3.best[part][name] ?? 0) >= least);
  const rest = (most: number) => (figures: Figures) =>
    PARTS.every((part) => figures.layers.conv3.best[part].others <= most);
  return table(
    ['what', 'at least', 'seeds', 'aim', 'seeds'],
    [
      row(
        'accuracy',
        '93%',
        '97%',
        (run) => run.accuracy >= 0.93,
        (run) => run.accuracy >= 0.97,
      ),
      row(
        'layer 3: eye, nose, ear filters',
        '4, 2, 2',
        '7, 5, 5',
        (run) => least(run.above),
        (run) => best(run.above),
      ),
      row(
        'layer 2',
        'at most 3',
        '2',
        (run) => atMost(3)(run.layers.conv2.above),
        (run) => atMost(2)(run.layers.conv2.above),
      ),
      row(
        'layer 1',
        'at most 1',
        '0',
        (run) => atMost(1)(run.layers.conv1.above),
        (run) => atMost(0)(run.layers.conv1.above),
      ),
      ...rows,
      row('best filters: on the part', '90%', '100%', figure('onPart', 0.9), figure('onPart', 1)),
      row('best filters: turned over', '85%', '98%', figure('turnedOver', 0.85), figure('turnedOver', 0.98)),
      row('best filters: fall without it', '70%', '90%', figure('fall', 0.7), figure('fall', 0.9)),
      row('best filters: fall without another', 'at most 20%', '5%', rest(0.2), rest(0.05)),
    ],
  );
}

/** The counts without those of the part that was asked for, as in 'noseOnly'. */
function others(name: string, counts: Counts): Counts {
  const asked = PARTS.find((part) => name === `${part}Only`);
  return asked ? { ...counts, [asked]: 0 } : counts;
}
