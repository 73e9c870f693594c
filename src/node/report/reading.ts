import type { ReportFigures } from './figures.js';
import { chart, type Html, html, percent, section, table, whole } from './html.js';
import type { Subject } from './subject.js';

/** How well the network does what it was trained for. */
export function readingSection({ figures, options, images, charts, page }: Subject): Html {
  const { count, accuracy, confusion: matrix, mistakes } = figures.heldOut;
  const { heldOut } = options.digits;
  const [low, high] = interval(accuracy, count);
  const worst = figures.worstMistakes.map(
    ({
      index,
      label,
      predicted,
      probability,
    }) => html`<figure>${images.digit(heldOut, index, `a ${label} that the network takes for a ${predicted}`)}
<figcaption>a ${label}, taken for a ${predicted}, ${percent(probability)} sure</figcaption></figure>
`,
  );
  return section(
    'reading',
    'How well it reads digits',
    html`<p>It reads <strong>${percent(accuracy)}</strong> of ${whole(count)} held-out digits correctly, and ${whole(mistakes)} incorrectly. On all digits
like these its accuracy is probably between ${percent(low)} and ${percent(high)} (95% interval).${guesses(figures) ? ' This is no more than guessing gets.' : null}</p>
`,
    chart(
      charts.confusion(matrix, { width: 640, height: 560, document: page }),
      'What the network says, for each digit. What to see: right answers lie on the gray diagonal; a dark square beside it is a frequent mistake.',
    ),
    mistakes === 0
      ? html`<p>It makes no mistake on these digits.</p>`
      : html`<h3>The worst mistakes</h3>
<div class="mistakes">${worst}</div>
<p class="caption">The wrong answers of which the network is most sure. What to look for: would a person have
read them correctly?</p>
`,
  );
}

/** Whether the network reads no more digits, beyond chance, than one that always names the commonest digit. */
export function guesses({ heldOut: { accuracy, count, confusion: matrix } }: ReportFigures): boolean {
  const commonest = Math.max(...matrix.map((row) => row.reduce((sum, n) => sum + n, 0)));
  return interval(accuracy, count)[0] <= commonest / count;
}

/** Wilson's score interval for a share of n, 95%. Wilson (1927), Journal of the American Statistical Association 22. */
function interval(share: number, n: number): [number, number] {
  const z2 = 1.96 ** 2;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Math.sqrt(z2) / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** What a reader might conclude, and should not. */
export function limitsSection({ options }: Subject): Html {
  return section(
    'limits',
    'What does not follow',
    html`<ul>
<li>That edges are needed to read digits. Networks whose first filters stay random read them nearly as well, because the layers behind
learn from whatever the filters give. When much is lost without one filter, these layers have come to rely on it; that does not mean
that it has to be an edge.</li>
<li>Anything about one filter alone: the filters of a layer learn together, and p belongs to the layer.</li>
<li>That the split between edges and lines is certain: the two overlap, and so they are counted together.</li>
${options.timeline ? html`<li>That it would be so with any settings: what of the noise at the beginning remains depends on weight decay and on the length of the training.</li>\n` : null}
<li>A score to compare with published ones: the digits of the package mnist, which convgrad's examples use, come from MNIST's official
<em>training</em> set, so that the accuracy here is no score on MNIST's official test set.</li>
</ul>
`,
  );
}

/** What somebody needs to make it again. */
export function settingsSection({ figures, options }: Subject): Html {
  const { settings, weightHash, versions } = figures;
  const rows = [
    ...Object.entries(settings),
    ...[['digits learned from', whole(options.digits.train.length)] as const].filter(() => options.timeline),
    ['held-out digits', whole(figures.heldOut.count)] as const,
    ['weight hash', weightHash] as const,
    ['convgrad', versions.convgrad] as const,
    ['Node', versions.node] as const,
  ];
  return section(
    'settings',
    'Settings',
    options.command ? html`<p>To make it again: <code>${options.command}</code></p>` : null,
    table(
      'Two trainings with convgrad of the same seed and settings give the same weights to the last bit, and so the same weight hash.',
      ['setting', 'value'],
      rows,
    ),
  );
}
