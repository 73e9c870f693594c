import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';

/** The rooms of src in order; a file imports only from its own room and from rooms above it. */
const ROOMS = [
  '(ground)',
  'autograd',
  'ops',
  'optim',
  'wasm',
  'nn',
  'data',
  'transforms',
  'train',
  'inspect',
  'charts',
  'io',
  'numpy',
  'torch',
  'onnx',
  'report',
  'browser',
  'node',
  'mpi',
];
/** What a room may not know, although it lies above. */
const STRANGERS: Record<string, string[]> = {
  browser: ['ops', 'optim', 'nn', 'train', 'inspect', 'charts', 'numpy', 'torch', 'onnx', 'report', 'wasm'],
  charts: ['autograd', 'ops', 'optim', 'nn', 'data', 'train', 'inspect', 'wasm'], // Plain numbers in, SVG out.
  data: ['ops', 'optim', 'nn', 'wasm'],
  inspect: ['optim', 'wasm'], // It measures on data and watches a training, whichever way that goes.
  io: ['optim', 'data', 'train', 'inspect', 'charts', 'wasm'],
  mpi: ['inspect', 'charts', 'report', 'browser', 'node', 'wasm'],
  nn: ['optim', 'wasm'],
  numpy: ['ops', 'optim', 'data', 'train', 'inspect', 'charts', 'wasm'],
  onnx: ['optim', 'data', 'train', 'inspect', 'charts', 'numpy', 'torch', 'wasm'],
  node: ['browser', 'numpy', 'torch', 'onnx', 'wasm'],
  optim: ['ops'],
  report: ['optim', 'numpy', 'torch', 'onnx', 'wasm'],
  torch: ['ops', 'optim', 'data', 'train', 'inspect', 'charts', 'numpy', 'wasm'],
  train: ['wasm'],
  transforms: ['autograd', 'ops', 'optim', 'wasm', 'nn'], // Plain arrays in and out.
  wasm: ['ops', 'optim'], // But for types.
};
/** What the package exports: each of these installs the kernels when it is imported, and so may know them. */
const ENTRIES = [
  'datasets/full.ts',
  'datasets/index.ts',
  'src/autograd/gradcheck.ts',
  'src/browser/index.ts',
  'src/index.ts',
  'src/inspect/index.ts',
  'src/io/index.ts',
  'src/mpi/index.ts',
  'src/node/index.ts',
  'src/numpy/index.ts',
  'src/onnx/index.ts',
  'src/report/index.ts',
  'src/torch/index.ts',
];
const INSTALL = 'src/wasm/install.ts';
const INSTALL_JS = 'src/wasm/install.js';

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => path.endsWith('.ts') && !/\.d\.ts$|assembly|node_modules/.test(path));

const text = (path: string) => readFileSync(path, 'utf8');
/** The code without comments and without the contents of strings. */
const code = (path: string) =>
  text(path)
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''");
const imports = (path: string) =>
  [
    ...text(path).matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^;]*?from '([^']+)'|import\(\s*'([^']+)'|(?:^|\n)import '([^']+)'/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3]);
const local = (path: string, from = imports(path)) =>
  from.filter((name) => name.startsWith('.')).map((name) => join(dirname(path), name).replace(/\.js$/, '.ts'));
/** Without those of which nothing is left in JavaScript. */
const valueImports = (path: string) =>
  [...text(path).matchAll(/(?:^|\n)(?:import|export)(?! type)\b[^;]*?from '([^']+)'|(?:^|\n)import '([^']+)'/g)].map(
    (match) => match[1] ?? match[2],
  );
const room = (path: string) => {
  const parts = relative('src', path).split('/');
  return parts.length === 1 ? '(ground)' : parts[0];
};

const source = files('src');
const shipped = [...source, ...files('datasets')];

test('there are rooms to check, and each file stands in one', () => {
  expect(source.length).toBeGreaterThan(40);
  for (const path of source) expect(ROOMS).toContain(room(path));
});

test('each file imports only from its own room and from rooms above it', () => {
  const wrong = source
    .filter((path) => path !== 'src/index.ts')
    .flatMap((path) =>
      local(path, room(path) === 'wasm' ? valueImports(path) : imports(path))
        .filter((target) => {
          const [from, to] = [room(path), room(target)];
          if (target === INSTALL && ENTRIES.includes(path)) return false;
          return ROOMS.indexOf(to) > ROOMS.indexOf(from) || STRANGERS[from]?.includes(to);
        })
        .map((target) => `${path} imports ${target}`),
    );
  expect(wrong).toEqual([]);
});

test('each entry that computes installs the fast kernels, and a bundler is told to keep that', async () => {
  const { exports, sideEffects } = JSON.parse(text('package.json'));
  // './min' is made of entries; the others compute nothing.
  const entries = Object.keys(exports).filter(
    (name) => !['./package.json', './charts', './init', './min', './transforms'].includes(name),
  );
  expect(entries.length).toBe(ENTRIES.length);
  for (const path of ENTRIES) expect(valueImports(path).map((name) => join(dirname(path), name))).toContain(INSTALL_JS);
  expect(sideEffects).toContain(`./${INSTALL}`);
  for (const path of source) if (/^addMethods\(/m.test(text(path))) expect(path).toMatch(/^src\/ops\/\w+\.ts$/);
  expect(sideEffects).toContain('./src/ops/*.ts');
});

test('a bundle leaves out definitions that it does not use: each is marked as pure', () => {
  const calls = source.flatMap((path) => [...code(path).matchAll(/^export const \w+ = (.*)define\(/gm)]);
  expect(calls.length).toBeGreaterThan(15);
  const marked = source.flatMap((path) => [...text(path).matchAll(/= \/\* @__PURE__ \*\/ define\(/g)]);
  expect(marked.length).toBe(calls.length);
});

test('no file imports itself, even by way of others', () => {
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (path: string, trail: string[]) => {
    if (state.get(path) === 'open') cycles.push([...trail, path].join(' > '));
    if (state.has(path)) return;
    state.set(path, 'open');
    for (const target of local(path)) visit(target, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of shipped) visit(path, []);
  expect(cycles).toEqual([]);
});

test('src/index.ts is never imported from inside', () => {
  expect(shipped.filter((path) => local(path).includes('src/index.ts'))).toEqual([]);
});

test('node: and process stand only in src/node, src/mpi and where packages are found; document and window nowhere', () => {
  const nodeOnly = shipped.filter(
    (path) => !['node', 'mpi'].includes(room(path)) && path !== 'datasets/package-folder.ts',
  );
  expect(nodeOnly.filter((path) => imports(path).some((name) => name.startsWith('node:')))).toEqual([]);
  expect(nodeOnly.filter((path) => /\b(process|Buffer)\b\s*\./.test(code(path)))).toEqual([]);
  expect(shipped.filter((path) => /\b(document|window)\b\s*[.[]/.test(code(path)))).toEqual([]);
});

test('nothing draws from Math.random', () => {
  expect([...shipped, ...files('examples')].filter((path) => /Math\s*\.\s*random/.test(code(path)))).toEqual([]);
});

test('nobody is asked to free memory: no dispose, tidy or ref in any source, example or the README', () => {
  const asks = /\b(dispose|tidy)\b|\.ref\b/;
  expect([...shipped, ...files('examples')].filter((path) => asks.test(code(path)))).toEqual([]);
  expect(text('README.md')).not.toMatch(asks);
});

test('no file is longer than 350 lines, and there is no utils room', () => {
  expect([...shipped, ...files('examples')].filter((path) => text(path).split('\n').length > 350)).toEqual([]);
  expect(shipped.filter((path) => /utils?|helpers?|common|misc/.test(path))).toEqual([]);
});

test('typed arrays are told by isTyped, which knows those of another realm', () => {
  // Those in the kernels' memory are of this realm.
  const asking = shipped.filter((path) => /instanceof \w*(Array|ArrayBuffer)\b/.test(code(path)));
  expect(asking).toEqual(['src/wasm/memory.ts']);
});

test('no test is skipped or left alone', () => {
  expect(files('test').filter((path) => /\.(only|skip|todo|skipIf|runIf)\b/.test(code(path)))).toEqual([]);
});

test('nothing is needed at run time: the core imports no package', () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(text('package.json'));
  expect(dependencies).toBeUndefined();
  for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name].optional).toBe(true);
  const outside = (from: readonly string[]) => [
    ...new Set(from.flatMap(imports).filter((name) => !name.startsWith('.'))),
  ];
  const core = source.filter((path) => !['node', 'mpi', 'charts', 'report'].includes(room(path)));
  expect(outside(core)).toEqual([]);
  // convgrad/charts is an entry of its own, for those who have installed the optional package that draws them.
  // A document and PNG images are packages, too, for the charts without a page and for the report, loaded when they are needed.
  expect(outside(source.filter((path) => room(path) === 'charts'))).toEqual(['@observablehq/plot', 'linkedom/worker']);
  expect(outside(source.filter((path) => room(path) === 'report'))).toEqual(['fast-png']);
  const ofMpi = outside(source.filter((path) => room(path) === 'mpi')).filter((name) => !name.startsWith('node:'));
  expect(ofMpi).toEqual(['koffi']); // Loaded where mpirun has started the program.
});

/** Lines of code: blank ones and comments do not count. */
const linesOf = (path: string) =>
  text(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;

test("the evening's list in docs/ARCHITECTURE.md has at most 1,900 lines of code", () => {
  const [, list] = /## The evening's list\n([\s\S]*?)\n## /.exec(text('docs/ARCHITECTURE.md'))!;
  const paths = [...list.matchAll(/`(src\/[\w/]+\.ts)`/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(15);
  expect(paths.reduce((sum, path) => sum + linesOf(path), 0)).toBeLessThanOrEqual(1900);
});

test('the checks themselves see what they look for', () => {
  expect(code('test/architecture.test.ts')).not.toMatch(/Math\s*\.\s*random/); // Only in strings and patterns here.
  expect(imports('test/architecture.test.ts')).toContain('node:fs');
  expect(imports('src/report/images.ts')).toContain('fast-png');
  expect(local('src/index.ts')).toContain(INSTALL);
});
