import { createHash } from 'node:crypto';
import { checkDataset } from '../../data/dataset.js';
import { ArgumentError, checkOptions, optional, show } from '../../errors.js';
import { filtersOf } from '../../inspect/network/filters.js';
import { NULL_NAMES, pText } from '../../inspect/study-text.js';
import { chartDocument } from '../charts.js';
import { behaviorSection } from './behavior.js';
import { chanceSection } from './chance.js';
import { gatherFigures, type ReportFigures, type ReportOptions } from './figures.js';
import { filtersSection, lessonSection } from './filters.js';
import { growthSection, SLIDER } from './growth.js';
import { fixed, Html, html, percent, whole } from './html.js';
import { images } from './images.js';
import { guesses, limitsSection, readingSection, settingsSection } from './reading.js';
import { STYLE } from './style.js';
import type { Subject } from './subject.js';

const OPTIONS: readonly (keyof ReportOptions)[] = [
  ...(['model', 'layer', 'digits', 'study', 'nulls', 'timeline', 'batchSize'] as const),
  ...(['title', 'settings', 'command', 'notes'] as const),
];

/**
 * A page that shows what the first filters of a model became, whether that is more than chance, what they do and how well
 * the model reads, for somebody who has never seen a convolution. It is one file that loads nothing, works from a disk and
 * can be printed. Needs the packages fast-png, linkedom and @observablehq/plot.
 * @returns the page, and all of its figures, ready to be written as JSON
 * @throws ArgumentError or ShapeError when the study is not of this layer, or the layer has more than one input channel, or
 * what its units see cannot be told (see `receptiveField`)
 */
export async function report(options: ReportOptions): Promise<{ html: string; figures: ReportFigures }> {
  checkOptions('report', options, OPTIONS);
  const { model, layer = 'conv1', digits, title = `The filters of ${layer}` } = options ?? {};
  if (!digits || !options.study || !Array.isArray(options.nulls)) {
    throw new ArgumentError('report', `expected model, digits, study and nulls, got ${show(options)}`);
  }
  checkDataset('report', 'digits.heldOut', digits.heldOut);
  const figures = gatherFigures(options);
  const weights = filtersOf('report', model, layer).weight.data;
  const charts = await optional('report', '@observablehq/plot', () => import('../../charts/index.js'));
  const subject = { options, figures, weights, images: await images(), charts, page: await chartDocument() };
  const sections = [
    ...[lessonSection, filtersSection, growthSection, chanceSection, behaviorSection],
    ...[readingSection, limitsSection, settingsSection],
  ].map((make) => make(subject));
  const { text } = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<title>${title}</title><link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style></head>
<body><main>
<h1>${title}</h1>
${summary(subject)}
${sections}
</main>
<script>${new Html(SLIDER)}</script>
</body></html>
`;
  return { html: text, figures };
}

/** The page may load nothing, and run no script but its own. */
function policy(): string {
  const hash = createHash('sha256').update(SLIDER).digest('base64');
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
}

/** The main figures, for a reader in a hurry. */
function summary({ figures, options }: Subject): Html {
  const { after, before, heldOut } = figures;
  const guessing = `The network reads no more digits than guessing would: it has not learned to name them.`;
  const notes = [...(guesses(figures) ? [guessing] : []), ...(options.notes ?? [])];
  const facts: [string, string][] = [
    ['of held-out digits read correctly', percent(heldOut.accuracy)],
    ['of the filters are edges or lines', `${after.oriented} of ${after.filters.length}`],
    [
      `mean likeness to edges and lines (R2ori)${before ? ', before → after' : ''}`,
      `${before ? `${fixed(before.r2ori)} → ` : ''}${fixed(after.r2ori)}`,
    ],
    ...after.nulls.map((given): [string, string] => {
      return [`p, against random filters: ${NULL_NAMES[given.kind]}`, after.live === 0 ? '–' : pText(given)];
    }),
  ];
  return html`<p>A network was trained to name handwritten digits${
    options.timeline ? html`, from ${whole(options.digits.train.length)} examples` : null
  }. This page looks at the ${after.filters.length} filters of its layer <code>${figures.layer}</code>: what they became, whether
that is more than chance, and what they do. The ${whole(figures.heldOut.count)} <em>held-out</em> digits are meant to be new to it: they should not be among
those that it was trained on.</p>
${notes.map((note) => html`<p class="note">${note}</p>\n`)}
<dl class="key">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}
