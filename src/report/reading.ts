import { sum } from '../inspect/values.js';
import type { ReportFigures } from './figures.js';
import { chart, type Html, html, section, table } from './html.js';
import { percent, whole } from './numbers.js';
import { curves, performanceSection } from './performance.js';
import type { Subject } from './subject.js';

/** The accuracy of the network and its mistakes. */
export function readingSection(subject: Subject): Html {
  const { figures, options, draw, image, charts, page } = subject;
  if (options.data.heldOut.targetShape) return performanceSection(subject);
  const { count, accuracy, confusion: matrix, mistakes } = figures.heldOut;
  const { classNames } = options.data.heldOut;
  const nameOf = (c: number) => classNames[c] ?? `class ${c}`;
  const [low, high] = interval(accuracy, count);
  const worst = figures.worstMistakes.map(({ index, label, predicted, probability }) => {
    const [is, said] = [nameOf(label), nameOf(predicted)];
    return html`<figure>${draw([image(index)], `${is}, taken for ${said}`, { size: 84 })}
<figcaption>${is}, taken for ${said}, ${percent(probability)} sure</figcaption></figure>
`;
  });
  return section(
    'reading',
    'How well it names the images',
    html`<p>It names <strong>${percent(accuracy)}</strong> of ${whole(count)} held-out images correctly, and ${whole(mistakes)} incorrectly. On all images
like these its accuracy is probably between ${percent(low)} and ${percent(high)} (95% interval).</p>
`,
    curves(subject),
    matrix.length > CHARTED
      ? frequent(matrix, nameOf)
      : chart(
          charts.confusion(matrix, {
            classes: matrix.map((_, c) => nameOf(c)),
            width: 640,
            height: 560,
            document: page,
          }),
          'What the network takes each class for. What to see: right answers lie on the gray diagonal; a dark square beside it is a frequent mistake.',
        ),
    mistakes === 0
      ? html`<p>It makes no mistake on these images.</p>`
      : html`<h3>The worst mistakes</h3>
<div class="mistakes">${worst}</div>
<p class="caption">The wrong answers of which the network is most sure. What to look for: would a person have
named them correctly?</p>
`,
  );
}

/** Classes that a confusion matrix can show with their names; of more the most frequent mistakes are listed. */
const CHARTED = 30;
/** Mistakes in that list. */
const LISTED = 12;

/** A table of the most frequent mistakes. */
function frequent(matrix: readonly (readonly number[])[], nameOf: (c: number) => string): Html {
  const mistakes = matrix.flatMap((row, label) =>
    row
      .map((count, predicted) => ({ label, predicted, count, of: sum(row) }))
      .filter((each) => each.label !== each.predicted),
  );
  const rows = mistakes
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, LISTED)
    .map(({ label, predicted, count, of }) => [nameOf(label), nameOf(predicted), `${whole(count)} of ${whole(of)}`]);
  return table(
    `The most frequent mistakes among ${whole(matrix.length)} classes.`,
    ['class', 'taken for', 'images'],
    rows,
  );
}

/** Whether the accuracy is not significantly above that of always predicting the most frequent class. */
export function guesses({ heldOut: { accuracy, count, confusion: matrix } }: ReportFigures): boolean {
  const mostFrequent = Math.max(...matrix.map(sum));
  return interval(accuracy, count)[0] <= mostFrequent / count;
}

/** Wilson's score interval for a share of n, 95%. Wilson (1927), Journal of the American Statistical Association 22. */
function interval(share: number, n: number): [number, number] {
  const z2 = 1.96 ** 2;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Math.sqrt(z2) / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Conclusions that do not follow. */
export function limitsSection({ figures, options }: Subject): Html {
  const limits = [
    `That edges are needed ${options.data.heldOut.targetShape ? 'for the task' : 'to name the images'}. The layers behind learn from whatever the filters give, and may do nearly as well
with filters that stay random. When much is lost without one filter, these layers have come to rely on it; that does not mean
that it has to be an edge.`,
    figures.after &&
      'Anything about one filter alone, or about another training: p is about the mean over the layer, in this one. Where its filters ' +
        'resemble each other more than random ones do, p is too small; several trainings with other seeds tell more.',
    figures.after &&
      'That edges in the images made the filters so. Images without any, of the same smoothness, can give filters of the same shape: ' +
        'only a network that learns from such images, as a control, can tell.',
    figures.after &&
      'That the split between edges and lines is certain: the two overlap, and so they are counted together.',
    options.timeline &&
      `That it would be so with any settings: what of the noise at the beginning remains depends on weight decay and on the
length of the training.`,
    ...options.caveats,
  ];
  return section(
    'limits',
    'What does not follow',
    html`<ul>${limits.map((each) => each && html`<li>${each}</li>\n`)}</ul>`,
  );
}

/** The settings of the training, and how to reproduce it. */
export function settingsSection({ figures, options }: Subject): Html {
  const { settings, weightHash, versions, heldOut } = figures;
  const { train } = options.data;
  const rows = Object.entries<string | number | null | undefined>({
    ...settings,
    'images learned from': train && whole(train.length),
    'held-out images': whole(heldOut.count),
    'weight hash': weightHash,
    convgrad: versions.convgrad,
    Node: versions.node,
  }).filter(([, value]) => value !== undefined && value !== null);
  return section(
    'settings',
    'Settings',
    options.command && html`<p>To make it again: <code>${options.command}</code></p>`,
    table(
      'Two trainings with convgrad of the same seed and settings give the same weights to the last bit, and so the same weight hash.',
      ['setting', 'value'],
      rows,
    ),
  );
}
