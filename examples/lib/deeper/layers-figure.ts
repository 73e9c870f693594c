/** The figure of the study of layers: every seed as a dot, and means with their intervals. */
import { axisX, axisY, dot, gridY, line, type Markish, ruleX } from '@observablehq/plot';
import { headHeight, type LegendItem } from '../../../src/charts/head.js';
import { AXIS, COLORS, draw, MARGINS } from '../../../src/charts/svg.js';
import { interval } from '../fair/interval.js';

/** Pixels by which networks stand beside each other. */
const APART = 10;

/**
 * An SVG of its own.
 * @param networks for each, by name, the values of all seeds at each layer, in percent
 */
export function layersFigure(
  networks: Readonly<Record<string, readonly (readonly number[])[]>>,
  layers: readonly string[],
  page: Document,
): string {
  const marks = Object.values(networks).flatMap((all, i): Markish[] => {
    const place = { x: 'layer', dx: (i - 1) * APART };
    const color = COLORS[i];
    const means = all.map((values, at) => ({ layer: layers[at], ...interval(values) }));
    const each = all.flatMap((values, at) => values.map((value) => ({ layer: layers[at], value })));
    return [
      line(means, { ...place, y: 'mean', stroke: color, strokeOpacity: 0.5 }),
      dot(each, { ...place, y: 'value', r: 2.5, fill: color, fillOpacity: 0.4 }),
      ruleX(means, { ...place, y1: 'low', y2: 'high', stroke: color, strokeWidth: 2 }),
      dot(means, { ...place, y: 'mean', r: 4, fill: color, stroke: 'white' }),
    ];
  });
  const legend = Object.keys(networks).map((name, i): LegendItem => ({ name, color: COLORS[i], sign: 'dot' }));
  const title = 'Held-out digits nearest to their own class mean, layer by layer';
  const head = { title, legend, width: 640 };
  return draw(
    title,
    { ...head, height: 420, page },
    {
      ...MARGINS,
      marginTop: headHeight(head) + 20,
      marks: [
        gridY({ tickSpacing: 50, strokeOpacity: 0.1 }),
        axisX({
          label: 'layer (dots: seeds; lines: 95% intervals of the mean)',
          labelAnchor: 'center',
          labelArrow: 'none',
          labelOffset: 42,
        }),
        axisY({ ...AXIS, tickSpacing: 50, label: 'nearest class mean, %', labelOffset: 62 }),
        ...marks,
      ],
      x: { type: 'point', domain: layers, padding: 0.4 },
      y: { nice: true },
    },
  );
}
