/** The report of example 08, for whoever has never heard of filters. */
import { BEST_HEAD, bestRows, COUNTS_HEAD, countRows, type Figures } from './table.js';

const STYLE = `body { margin: 0 auto; padding: 1.5rem 1.25rem 4rem; max-width: 1100px; color: #222; background: #fff;
  font: 17px/1.55 system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid #ddd; }
p, li { max-width: 46rem; } img { display: block; max-width: 100%; height: auto; }
figure { margin: 1rem 0; overflow-x: auto; } figcaption { color: #555; font-size: 0.9rem; max-width: 46rem; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.9rem 0.3rem 0; border-bottom: 1px solid #e5e5e5; text-align: right; font-weight: inherit; }
th:first-child, td:first-child { text-align: left; } thead th { color: #555; }
.note { padding: 0.6rem 0.9rem; border-left: 4px solid #d55e00; background: #fdf5ef; max-width: 46rem; }`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const row = (cells: readonly (string | number)[], tag: string) =>
    `<tr>${cells.map((cell, i) => `<${i === 0 ? 'th' : tag}>${cell}</${i === 0 ? 'th' : tag}>`).join('')}</tr>`;
  return `<table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody></table>`;
}

/** @param pictures as base64 of PNG */
export function page(figures: Figures, pictures: Record<'patches' | 'layers' | 'faces' | 'all', string>): string {
  const { accuracy, above, seed, chance, prior, layers } = figures;
  const percent = (share: number) => `${(100 * share).toFixed(0)}%`;
  const picture = (name: keyof typeof pictures, alt: string, caption: string) =>
    `<figure><img src="data:image/png;base64,${pictures[name]}" alt="${alt}"><figcaption>${caption}</figcaption></figure>`;
  const best = layers.conv3.best;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Eyes, noses, ears</title><style>${STYLE}</style></head><body>
<h1>Eyes, noses, ears</h1>
<p>A computer looked at drawings of twelve animals. For each drawing it was told one word: the name of the animal. Nobody told
it what an eye is, or a nose, or an ear. Afterwards it named ${percent(accuracy)} of new drawings right, and inside it there were
<strong>${above.eye} eye finders, ${above.nose} nose finders and ${above.ear} ear finders</strong>. This page shows them, and asks whether they are
real.</p>

<h2>What a filter is</h2>
<p>A filter is a small pattern of numbers that is laid on every place of a picture. Where the picture fits the pattern, the filter
answers strongly. The network here has three layers of filters. Those of the first see 5x5 pixels of the drawing. Those of the second look at
the answers of the first, and so see 10x10 pixels; those of the third see 20x20, about the size of an ear. All of them begin as random
numbers, and change a little after each drawing, so that the name comes out right more often.</p>

<h2>What excites them</h2>
<p>To find out what a filter looks for, show it many new drawings, and cut out the places where it answers most.</p>
${picture('patches', 'The pieces of drawings that excite the best filters of layer 3', 'Each row is one filter of layer 3.')}
<p>A filter of the first layer sees too little for that. Those of the second find pieces, and now and then a whole small eye. In a network that has
not learned anything there is nothing of the kind.</p>
${picture('layers', 'The best eye, nose and ear filter of each layer', 'Edges in layer 1, dots and slits in layer 2, parts in layer 3; and what the best filters of layer 3 were before training.')}

<h2>Is it true?</h2>
<p>Pictures convince too easily. We know of every pixel what it shows, because a program drew it. So three questions have answers in numbers.</p>
<ul>
<li><strong>Is the answer on the part?</strong> Take the 100 drawings that excite a filter most. In how many is its strongest answer on an eye?
An answer anywhere would be on an eye in ${percent(chance.eye)} of them (on a nose in ${percent(chance.nose)}, on an ear in ${percent(chance.ear)}).
Whoever always points at the place where eyes are most often is right in ${percent(prior.eye.onPart)}. The best eye filter is right in ${percent(best.eye.onPart)}.</li>
<li><strong>Does it need the part?</strong> Draw the same face again without eyes, all else the same. The answer of the best eye filter falls by
${percent(best.eye.fall)}; without the nose or the ears by at most ${percent(Math.max(0, best.eye.others))}.</li>
<li><strong>Or does it only know the place?</strong> Draw the same face with eyes and nose exchanged. Whoever points at the usual place of
eyes is then right in ${percent(prior.eye.variants.turnedOver)}; the filter in ${percent(best.eye.turnedOver ?? 0)}.</li>
</ul>
${table(BEST_HEAD, bestRows(figures))}
<p>"Decoys" are things in the shades of eyes and noses that are none, such as dark disks; they are on the faces, too. The figure is how
often the filter falls for one.</p>

<h2>Would any network have such filters?</h2>
<p>Among many filters some look like something by chance. So each is compared with 128 filters of networks that cannot know any part: three that have not
learned, one that learned wrong names by heart. A filter counts when both its figures are above what one in a hundred of those reaches, and its answers at least halve without the part. And then
other networks are counted in the same way.</p>
${table(COUNTS_HEAD, countRows(figures))}
<p>The last three rows are the finest test. These networks saw the same drawings, with another question: which kind of eyes is it? Which nose?
Which ears? What they were not asked for, they need not find.</p>

<h2>On single faces</h2>
<p>A filter that is right in its best hundred drawings is not right always.</p>
${picture('faces', 'Where the filters answer on single faces', 'Some answers are missing, and some are wrong.')}

<h2>All of them</h2>
${picture('all', 'All filters of layer 3', 'Not every filter is about one part: some mix two, some find edges of the head, some answer to nothing.')}

<p class="note">This is a toy world. Drawings are easy: each part has a few shapes, and the name depends on nothing else. In photographs, parts have
no fixed shapes, and names can be told by grass or water. What this page shows is that names alone can make filters for parts,
how one can test it, and that the question decides which. It does not show that networks on photographs have them.</p>
<p>Seed ${seed}. Made by <code>npx tsx examples/08-eyes-noses-ears.ts --seed ${seed}</code>.</p>
</body></html>
`;
}
