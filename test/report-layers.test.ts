import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { network } from '../examples/lib/recipe.js';
import { manualSeed } from '../src/index.js';
import { classSeparability } from '../src/inspect/index.js';
import { report } from '../src/report/index.js';
import { fewDigits } from './report-subject.js';

test('layers and twins: a line and a row each, with the figures of classSeparability; without layers no such section', async () => {
  const data = await fewDigits();
  const few = { train: data.train.take(100), heldOut: data.heldOut.take(40) };
  manualSeed(3);
  const [model, twin] = [network({ filters: 3 }), network({ filters: 3 })];
  const layers = ['relu1', 'relu2'];
  const { html, figures } = await report({ model, data: few, layers, twins: { 'a <twin>': twin } });
  expect(figures.separability).toEqual({
    'this network': classSeparability(model, few, layers),
    'a <twin>': classSeparability(twin, few, layers),
  });
  const { document } = parseHTML(html);
  const section = document.querySelector('#layers')!;
  expect(section.textContent).toContain('layer: 1 relu1, 2 relu2');
  const cells = [...section.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((cell) => cell.textContent),
  );
  const shown = (name: string) =>
    figures
      .separability![name].map(({ accuracy }) => `${(100 * accuracy).toFixed(1)}%`)
      .concat(figures.separability![name].map(({ between }) => between.toFixed(2)));
  expect(cells).toEqual(['this network', 'a <twin>'].map((name) => [name, ...shown(name)]));

  const without = await report({ model, data: few, twins: { twin } });
  expect(without.figures.separability).toBeNull();
  expect(without.html).not.toContain('id="layers"');
  await expect(report({ model, data: { heldOut: few.heldOut }, layers })).rejects.toThrow('expected data.train');
});
