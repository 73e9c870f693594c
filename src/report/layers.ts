import { chart, type Html, html, section, table } from './html.js';
import { fixed, percent, whole } from './numbers.js';
import type { Subject } from './subject.js';

/** How far each layer tells the classes apart, beside twins of the network. */
export function layersSection({ figures: { separability }, options, charts, page }: Subject): Html | null {
  if (!separability) return null;
  const { layers, data } = options;
  const all = Object.entries(separability);
  const lines = charts.curve({
    series: all.map(([name, list]) => ({
      name,
      x: list.map((_, i) => i + 1),
      y: list.map(({ accuracy }) => 100 * accuracy),
    })),
    xLabel: `layer: ${layers.map((layer, i) => `${i + 1} ${layer}`).join(', ')}`,
    yLabel: 'images nearest to their own class mean, %',
    width: 820,
    height: 400,
    document: page,
  });
  return section(
    'layers',
    'How far each layer tells the classes apart',
    html`<p>What a layer makes of an image is a list of numbers. Here each held-out image is given to the class whose mean list, over the
${whole(data.train!.length)} images learned from, is nearest. Nothing is fitted: what is measured is the layer. Images are a little
separable as they are, and random filters keep that${all.length > 1 ? '; so other networks stand beside this one' : null}.</p>
`,
    chart(lines, 'What to see: a line that rises from layer to layer, further than those of other networks.'),
    table(
      'The same in numbers; and how much of the variance of a layer’s outputs is between the classes, the rest being within them.',
      [
        'network',
        ...layers.map((layer) => `${layer}: nearest mean`),
        ...layers.map((layer) => `${layer}: between classes`),
      ],
      all.map(([name, list]) => [
        name,
        ...list.map(({ accuracy }) => percent(accuracy)),
        ...list.map(({ between }) => fixed(between)),
      ]),
    ),
  );
}
