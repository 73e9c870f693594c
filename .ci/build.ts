/**
 * Bundles what package.json exports into dist/: a file for each entry, and few that entries share; and for pages without a
 * bundler one file that needs no other.
 *
 *     npm run build
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { type InputOptions, type OutputOptions, rolldown } from 'rolldown';
import { entries, manifest, PAGE } from './entries.js';

const packages = Object.keys(manifest.peerDependencies);
const ALEA = 'src/alea.ts';
/** The notice at its head, which every copy must carry. */
const [NOTICE] = readFileSync(ALEA, 'utf8').split('/**');

/** Rooms above the core: what several entries share of one of them is a file of its own, which the core never needs. */
const UPPER = ['inspect', 'charts', 'numpy', 'torch', 'onnx', 'report', 'browser', 'node', 'mpi'];
const roomOf = (id: string) => relative('src', id).split(sep)[0];
/** What the readers of archives share, and nobody else needs. */
const isArchive = (id: string) => /[\\/]io[\\/](zip|strided)\.ts$/.test(id);

const input: InputOptions = {
  platform: 'neutral',
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  transform: { target: 'es2022' },
  checks: { bundlerTimings: false }, // A slow machine is no mistake of the bundle.
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
};
const output: OutputOptions = {
  dir: 'dist',
  format: 'esm',
  sourcemap: true,
  postBanner: ({ moduleIds }) => (moduleIds.some((id) => id.endsWith(ALEA)) ? NOTICE.trim() : ''),
};

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  ...input,
  input: Object.fromEntries(entries.map(({ path }) => [path, `${path}.ts`])),
});
await bundle.write({
  ...output,
  entryFileNames: '[name].js',
  chunkFileNames: 'shared/[name].js', // Known names, so that package.json can say which have side effects.
  // What two entries or more need is in few files, as each costs more than a millisecond when it is imported.
  codeSplitting: {
    minShareCount: 2,
    groups: [
      // Charts need no more than this, least of all the numbers.
      { name: 'ground', test: (id) => ['errors.ts', 'shape.ts'].includes(roomOf(id)), priority: 2 },
      { name: 'archive', test: isArchive, priority: 2 },
      ...UPPER.map((room) => ({ name: room, test: (id: string) => roomOf(id) === room })),
      { name: 'core', priority: 1, test: (id) => !UPPER.includes(roomOf(id)) },
    ],
  },
});
await bundle.close();

const allOf = (suffix: string) => PAGE.holds.map((path) => `export * from './${path}${suffix}';\n`).join('');
const ROOT = resolve(`${PAGE.file}.ts`); // There is no such file: it is only where the paths begin.
const page = await rolldown({
  ...input,
  input: ROOT,
  plugins: [
    { name: 'page', resolveId: (id) => (id === ROOT ? id : null), load: (id) => (id === ROOT ? allOf('.ts') : null) },
  ],
});
// Errors and checkpoints name classes.
const keepNames = { class: true, function: false };
await page.write({
  ...output,
  entryFileNames: `${PAGE.file}.js`,
  codeSplitting: false,
  minify: { compress: { keepNames }, mangle: { keepNames } },
  // publint takes `//` in a string for a comment, and so does not see what one long line exports.
  postFooter: 'export {};',
});
await page.close();
writeFileSync(`dist/${PAGE.file}.d.ts`, allOf('.js'));
