import { decode } from 'fast-png';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { network } from '../examples/lib/recipe.js';
import { Conv2D, manualSeed } from '../src/index.js';
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

test('pictures of filters have one scale: one that does almost nothing is pale', async () => {
  const { heldOut } = await fewDigits();
  manualSeed(3);
  const model = network({ filters: 3 });
  const weights = model.at('conv1', Conv2D).weight.data;
  for (let i = 25; i < 50; i++) weights[i] = weights[i - 25] / 20;
  const { html } = await report({ model, data: { heldOut: heldOut.take(20) } });
  /** How far the strongest color is from white, of the picture of a filter in the table. */
  const strength = (filter: number) => {
    const image = parseHTML(html).document.querySelector(`#behavior tbody img[alt="filter ${filter}"]`)!;
    const { data, width } = decode(Buffer.from(image.getAttribute('src')!.split(',')[1], 'base64'));
    // Without the frame of one pixel.
    const inside = Array.from(data).filter((_, i) => {
      const [x, y] = [(i >> 2) % width, Math.floor((i >> 2) / width)];
      return i % 4 < 3 && x > 0 && y > 0 && x < width - 1 && y < width - 1;
    });
    return 255 - Math.min(...inside);
  };
  expect(strength(0)).toBeGreaterThan(120);
  expect(strength(1)).toBeLessThan(30);
});
