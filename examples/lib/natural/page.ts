/** The report of a run: one HTML file that loads nothing. */
import { Html, html, table } from '../../../src/report/html.js';
import { STYLE } from '../../../src/report/style.js';
import type { Chance, Measured } from './measure.js';
import type { Learned } from './sparse-autoencoder.js';

/** A network and what became of its filters. */
export interface Result {
  name: string;
  learned: Learned;
  measured: Measured;
}

export interface PageParts {
  /** What the images are: 'dead leaves drawn from seed 0'. */
  images: string;
  patches: number;
  seed: number;
  kept: { components: number; variance: number };
  results: readonly Result[];
  chance: Chance;
  /** PNG images as bytes. */
  pictures: { images: Uint8Array; filters: Uint8Array; pixels: Uint8Array };
  /** Charts as SVG. */
  charts: { histogram: string; polar: string };
}

/** The page as text. */
export function page(parts: PageParts): string {
  const { images, results, chance, kept } = parts;
  const [learned, control] = results;
  const title = `What ${images} teach a network that only has to draw them again`;
  const fixed = (value: number) => value.toFixed(2);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}</title><link rel="icon" href="data:,">
<style>${new Html(STYLE)} body { max-width: 1180px }</style></head>
<body><main>
<h1>${title}</h1>
<p>Nobody told this network what an edge is. It looked at ${parts.patches.toLocaleString('en')} patches of 9x9 pixels, and had to draw each again as
a sum of few of its 64 filters. ${
    control &&
    html`Beside it the same network learned from its <em>control</em>: noise of exactly the same mean and
covariance, and so of the same power spectrum and colors. What the two differ in is not due to these, to the network or to chance.`
  }</p>
<dl class="key">
<div><dt>mean Gabor R², learned from ${images}</dt><dd>${fixed(learned.measured.mean)}</dd></div>
${control && html`<div><dt>the same, learned from the control</dt><dd>${fixed(control.measured.mean)}</dd></div>`}
<div><dt>filters with more Gabor R² than 99 of 100 random ones</dt><dd>${learned.measured.above} of 64</dd></div>
${control && html`<div><dt>the same, of the control</dt><dd>${control.measured.above} of 64</dd></div>`}
</dl>
<h2>The images</h2>
${picture(parts.pictures.images, 'some of the images')}
<h2>The filters</h2>
<p>Each small picture is one filter. Before training they are noise. A <em>Gabor function</em> is a wave that is seen through a
small window: an edge or some stripes of one direction, at one place. The number below a filter is its <em>Gabor R²</em>, the share of it
that the best of 5,184 Gabor functions explains: 1 is a Gabor function. Even noise has some (${fixed(chance.mean)} on average here), because the best of
many is taken. The most Gabor-like filters come first, and all are shown.</p>
${picture(parts.pictures.filters, 'all filters before and after training')}
<p>The patches were <em>whitened</em> before: every frequency and color was made equally strong, and what is weakest was left out
(${kept.components} of 243 components carry ${(100 * kept.variance).toFixed(1)}% of the variance). The filters above are pictures of that kind, and are measured as such. Turned
back into ordinary pixels they look like this, each on its own scale:</p>
${picture(parts.pictures.pixels, 'the same filters in ordinary pixels')}
<h2>How many are Gabor functions?</h2>
<figure>${new Html(parts.charts.histogram)}<figcaption>Random filters consist of the same components as the patches, mixed at random.</figcaption></figure>
<figure>${new Html(parts.charts.polar)}<figcaption>Where they look: orientation and frequency of the best Gabor function of each filter.</figcaption></figure>
${table(
  'The numbers of this run',
  [
    'learned from',
    'Gabor R²',
    'of luminance alone',
    'above 99% of random',
    'mostly color',
    'energy drawn again',
    'active of 64',
  ],
  results.map(({ name, learned: { explained, active }, measured }) => [
    name,
    measured.mean.toFixed(3),
    measured.luminance.toFixed(3),
    `${measured.above}`,
    `${measured.colored}`,
    `${(100 * explained).toFixed(1)}%`,
    active.toFixed(1),
  ]),
)}
<p>Seed ${parts.seed}. Random filters: mean ${chance.mean.toFixed(3)}, 99th percentile ${chance.q99.toFixed(3)}.</p>
<h2>What this does not show</h2>
<ul>
<li>Having more Gabor R² than random filters would show little: what a network makes of noise may have that, too. The control is the
comparison that counts.</li>
<li>It does not say why brains have such filters. Olshausen and Field (1996) showed that sparse sums of photographs need them, and
simple cells of the visual cortex look for the same.</li>
<li>Gabor functions are not the whole story: some filters are blobs, corners or plain colors.</li>
</ul>
</main></body></html>
`.text;
}

function picture(png: Uint8Array, alt: string): Html {
  const data = Buffer.from(png).toString('base64');
  return html`<figure><img src="data:image/png;base64,${data}" alt="${alt}"></figure>
`;
}
