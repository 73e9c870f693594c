/**
 * Bundles what package.json exports into dist/: a file for each entry, and few that entries share.
 *
 *     npm run build
 */
import { readFileSync, rmSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { entries, manifest } from './entries.js';

// seedrandom is bundled: that Node finds it and reads it as CommonJS took a third of the time of an import.
const packages = Object.keys(manifest.peerDependencies);
const SEEDRANDOM = 'node_modules/seedrandom/lib/alea.js';
/** The notice at its head, which every copy must carry. */
const [NOTICE] = readFileSync(SEEDRANDOM, 'utf8').split('(function');

/** Rooms above the core: what several entries share of one of them is a file of its own, which the core never needs. */
const UPPER = ['inspect', 'charts', 'report', 'browser', 'node'];
const roomOf = (id: string) => relative('src', id).split(sep)[0];

rmSync('dist', { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(entries.map(({ path }) => [path, `${path}.ts`])),
  platform: 'neutral',
  external: (id) => id.startsWith('node:') || packages.some((name) => id === name || id.startsWith(`${name}/`)),
  resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
  transform: { target: 'es2022' },
  checks: { bundlerTimings: false }, // A slow machine is no mistake of the bundle.
  onLog(level, log) {
    if (level === 'warn') throw new Error(log.message);
  },
});
await bundle.write({
  dir: 'dist',
  format: 'esm',
  sourcemap: true,
  banner: ({ moduleIds }) => (moduleIds.some((id) => id.endsWith(SEEDRANDOM)) ? NOTICE.trim() : ''),
  entryFileNames: '[name].js',
  chunkFileNames: 'shared/[name].js', // Known names, so that package.json can say which have side effects.
  // What two entries or more need is in few files, as each costs more than a millisecond when it is imported.
  codeSplitting: {
    minShareCount: 2,
    groups: [
      // Charts need no more than this, least of all the numbers.
      { name: 'ground', test: (id) => ['errors.ts', 'shape.ts'].includes(roomOf(id)), priority: 2 },
      ...UPPER.map((room) => ({ name: room, test: (id: string) => roomOf(id) === room })),
      { name: 'core', priority: 1, test: (id) => !UPPER.includes(roomOf(id)) },
    ],
  },
});
await bundle.close();
