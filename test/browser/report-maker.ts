import { shapes } from '../../datasets/shapes.js';
import { Conv2D, Dense, Flatten, Generator, MaxPool2D, ReLU, Sequential } from '../../src/index.js';
import { nullDistribution } from '../../src/inspect/index.js';
import { report, studyFilters } from '../../src/report/index.js';

/** The report of an untrained network on drawn shapes, made wherever this runs. */
export async function makeReport() {
  const generator = new Generator(1);
  const conv = new Conv2D(1, 4, 5, { generator });
  const rest = [new ReLU(), new MaxPool2D(2), new Flatten(), new Dense(144, 4, { generator })];
  const nulls = [nullDistribution('normal', 5, { draws: 2000 })];
  const study = studyFilters(conv.weight.data, conv.weight.shape, { nulls });
  const heldOut = shapes({ count: 40 }).data;
  const { html, figures } = await report({ model: new Sequential(conv, ...rest), data: { heldOut }, study, nulls });
  const { versions, ...others } = figures;
  // Templates are made with Math.exp, whose last bit is the engine's.
  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? value.toPrecision(10) : value);
  return {
    pictures: html.match(/<img [^>]*>/g),
    charts: html.match(/<svg /g)?.length,
    node: versions.node,
    figures: JSON.stringify(others, rounded),
  };
}
