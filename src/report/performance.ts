import type { EpochRecord } from '../train/callback.js';
import { chart, type Html, html, section, table } from './html.js';
import { imageTiles } from './images.js';
import { fixed, percent, whole } from './numbers.js';
import type { Subject } from './subject.js';

/** How well a network does where targets are numbers: loss and metrics, and outputs beside targets. */
export function performanceSection(subject: Subject): Html {
  const { count, loss, metrics = {} } = subject.figures.heldOut;
  const rows = Object.entries({ loss, ...metrics }).map(([name, value]) => [name, shown(value)]);
  return section(
    'reading',
    'How well it does',
    table(html`On the ${whole(count)} held-out images.`, ['measure', 'value'], rows),
    curves(subject),
    targetTable(subject),
    pictures(subject),
  );
}

/** A number with three significant digits; a dash for one that is not finite. */
export function shown(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))).replace('-', '−') : '–';
}

/** Loss and metrics over the epochs. */
export function curves({ options, charts, page }: Subject): (Html | null)[] {
  const epochs = options.history?.epochs ?? [];
  if (epochs.length < 2) return [];
  return ['loss', ...Object.keys(epochs[0].metrics)].map((name) => {
    const measureOf = (measures: EpochRecord | EpochRecord['validation']) => {
      return (name === 'loss' ? measures?.loss : measures?.metrics[name]) ?? Number.NaN;
    };
    const x = epochs.map(({ epoch }) => epoch);
    const series = [
      { name: 'training, while the weights changed', x, y: epochs.map(measureOf) },
      {
        name: 'validation, after each epoch',
        x,
        y: epochs.map(({ validation }) => measureOf(validation)),
        dashed: true,
      },
    ].filter(({ y }) => y.some(Number.isFinite));
    if (series.length === 0) return null;
    return chart(
      charts.curve({ series, xLabel: 'epoch', yLabel: name, width: 640, height: 300, document: page }),
      `The ${name} over the epochs, of what the network learns from${series.length > 1 ? ' and of the validation data' : ''}.`,
    );
  });
}

/** A row for each target of [K]. */
function targetTable({ figures }: Subject): Html | null {
  const { targets = [] } = figures.comparison ?? {};
  if (targets.length === 0) return null;
  const [all, some] = [targets.every(({ yesNo }) => yesNo), targets.some(({ yesNo }) => yesNo)];
  const rows = targets.map(({ name, yesNo, error, guess }) => [name, ...[error, guess].map(yesNo ? percent : shown)]);
  const known = 'What to see: which of them the network has learned, as it';
  const yesNo =
    ' Of a target that is 0 or 1, how often the output is on the wrong side of 0.5, and how often the more frequent one is wrong.';
  return html`<h3>Target by target</h3>
${
  all
    ? table(
        `${known} is wrong more rarely than who always says what is more frequent. Outputs count as 1 above 0.5.`,
        ['target', 'wrong', 'wrong by the more frequent'],
        rows,
      )
    : table(
        `${known} is nearer than who always says the mean.${some ? yesNo : ''}`,
        ['target', 'mean absolute error', 'error of the mean'],
        rows,
      )
}`;
}

/** Images, targets and outputs side by side. */
function pictures({ figures, options, draw, image }: Subject): Html | null {
  const { examples = [] } = figures.comparison ?? {};
  const { targetShape, targets } = options.data.heldOut;
  if (examples.length === 0 || !targetShape) return null;
  const shape = targetShape.length === 2 ? [1, ...targetShape] : targetShape;
  // All on one scale: targets first, then the outputs that are shown.
  const own = Float32Array.from(examples.flatMap(({ output }) => output));
  const all = new Float32Array(targets.length + own.length);
  all.set(targets);
  all.set(own, targets.length);
  const tile = imageTiles({ inputs: all, inputShape: shape }, options.ink);
  const rows = examples.map(({ index, error }, i) => {
    const three = [image(index), tile(index), tile(options.data.heldOut.length + i)];
    const alt = ['image', 'target', 'output'].map((what) => `${what} ${index}`);
    return html`<figure><div>${three.map((each, k) => draw([each], alt[k], { size: 84 }))}</div>
<figcaption>image ${index}: error ${fixed(error, 3)}</figcaption></figure>
`;
  });
  const channels =
    shape[0] === 2 || shape[0] > 3
      ? `; of ${shape[0]} channels ${shape[0] === 2 ? 'the first' : 'the first three, as red, green and blue'}`
      : '';
  return html`<h3>Images, targets and outputs</h3>
<div class="tops">${rows}</div>
<p class="caption">Of each, from left to right, the image, its target, and what the network makes of it: from the smallest mean
absolute error among the held-out images to the largest. Targets and outputs are on one scale${channels}.</p>
`;
}
