import type { Tensor } from '../autograd/tensor.js';
import { chartDocument } from '../charts/document.js';
import type { Targets } from '../data/dataset.js';
import { optional } from '../errors.js';
import { filtersOf } from '../inspect/network/filters.js';
import { largest } from '../inspect/pictures/panel.js';
import { behaviorSection } from './behavior.js';
import { chanceSection } from './chance.js';
import { computeFigures, type ReportFigures, type ReportOptions, readReport } from './figures.js';
import { filtersSection, lessonSection } from './filters.js';
import { growthSection, SLIDER } from './growth.js';
import { Html, html } from './html.js';
import { drawer, imageTiles, tilesOf } from './images.js';
import { layersSection } from './layers.js';
import { fixed, percent, pText, whole } from './numbers.js';
import { shown } from './performance.js';
import { guesses, limitsSection, readingSection, settingsSection } from './reading.js';
import { NULLS } from './study-text.js';
import { STYLE } from './style.js';
import type { Subject } from './subject.js';

/**
 * An HTML page about the filters of a model on gray or color images: what they look like after training, whether that is more
 * than chance, what they do, and how well the model does, for readers who do not know convolutions. Where targets are no
 * classes it takes the `loss`, and shows loss and metrics in place of accuracy, errors of each target, and target images beside
 * outputs.
 * It is one file that loads nothing, works offline and can be printed. It needs the packages @observablehq/plot
 * and, in Node, linkedom; in a browser fast-png, and https or localhost.
 *
 *     const { html } = await report({ model, data: { train, heldOut }, study: studyFilters(...), nulls, timeline });
 *
 * @returns the page, and all of its numbers, which can be written as JSON
 * @throws ArgumentError or ShapeError for filters of neither one channel nor the three of color images, and for a study,
 * nulls or a timeline of other filters
 */
export async function report<Output = Tensor, Y extends Targets = Int32Array>(
  options: ReportOptions<Output, Y>,
): Promise<{ html: string; figures: ReportFigures }> {
  const settings = readReport(options);
  const figures = computeFigures(settings);
  const { shape, layer } = figures;
  const weights = filtersOf('report', settings.model, layer).weight.data;
  const subject: Subject = {
    options: settings,
    figures,
    weights,
    // On one scale: on its own each would look as strong as any other, also one that does almost nothing.
    filters: tilesOf(weights, shape, largest([{ values: weights }])),
    image: imageTiles(settings.data.heldOut, settings.ink),
    draw: await drawer(),
    charts: await optional('report', '@observablehq/plot', () => import('../charts/index.js')),
    page: settings.document ?? globalThis.document ?? (await chartDocument()),
  };
  const { title = `The filters of ${layer}` } = settings;
  const { text } = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${await policy()}">
<title>${title}</title><link rel="icon" href="data:,">
<style>${new Html(STYLE)}</style></head>
<body><main>
<h1>${title}</h1>
${summary(subject)}
${lessonSection(subject)}${filtersSection(subject)}${growthSection(subject)}${chanceSection(subject)}
${behaviorSection(subject)}${layersSection(subject)}${readingSection(subject)}${limitsSection(subject)}${settingsSection(subject)}
</main>
<script>${new Html(SLIDER)}</script>
</body></html>
`;
  return { html: text, figures };
}

/** The page may load nothing, and run no script but its own. */
async function policy(): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(SLIDER));
  const base64 = btoa(String.fromCharCode(...new Uint8Array(hash)));
  return `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${base64}'`;
}

/** The introduction and the main numbers. */
function summary({ figures, options }: Subject): Html {
  const { after, before, heldOut, shape } = figures;
  const { train, heldOut: images } = options.data;
  const naming = images.targetShape === null;
  const task = naming
    ? `A network tells ${whole(images.classes)} classes of images apart.`
    : `A network computes numbers of shape [${images.targetShape.join(', ')}] from each image.`;
  const { introduction = task } = options;
  const notes = [
    naming &&
      guesses(figures) &&
      'The network names no more images correctly than guessing would: it has not learned to name them.',
    ...options.notes,
  ];
  const measures = Object.entries({ loss: heldOut.loss, ...heldOut.metrics });
  const facts: [string, string][] = naming
    ? [['of held-out images named correctly', percent(heldOut.accuracy)]]
    : measures.map(([name, value]) => [`${name} on held-out images`, shown(value)]);
  if (after) {
    const r2ori = before ? `${fixed(before.r2ori)} → ${fixed(after.r2ori)}` : fixed(after.r2ori);
    facts.push(
      ['of the filters are edges or lines', `${after.oriented} of ${after.filters.length}`],
      [`mean likeness to edges and lines (R2ori)${before ? ', before → after' : ''}`, r2ori],
    );
    for (const given of after.nulls) {
      facts.push([`p, against random filters: ${NULLS[given.kind].name}`, after.live === 0 ? '–' : pText(given)]);
    }
  }
  return html`<p>${introduction} This page looks at the ${whole(shape[0])} filters of its layer <code>${figures.layer}</code>:
what they became, ${after && 'whether that is more than chance, '}and what they do. ${train && `The network learned from ${whole(train.length)} images. `}The
${whole(heldOut.count)} <em>held-out</em> images are meant to be new to it: they should not be among those that it was trained on.</p>
${notes.map((note) => note && html`<p class="note">${note}</p>\n`)}
<dl class="key">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
`;
}
