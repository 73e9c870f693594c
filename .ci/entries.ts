import { readFileSync } from 'node:fs';

/** What of package.json the build and its checks read. */
interface Package {
  readonly name: string;
  readonly exports: Record<string, { types: string; default: string } | string>;
  readonly peerDependencies: Record<string, string>;
}
export const manifest: Package = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The file for pages without a bundler, in dist, and the sources of the entries that it holds. */
export const PAGE = {
  file: 'convgrad.min',
  holds: [
    'src/index',
    'src/transforms/index',
    'src/inspect/index',
    'src/io/index',
    'src/autograd/gradcheck',
    'src/nn/init',
    'datasets/index',
  ],
};

/** The entries of the package: what users write, as in `convgrad/node`, and the source, as in `src/node/index`. */
export const entries = Object.entries(manifest.exports).flatMap(([name, target]) => {
  if (typeof target === 'string') return []; // package.json itself.
  if (target.default === `./dist/${PAGE.file}.js`) return []; // Made of entries.
  return [{ name: name.replace('.', manifest.name), path: target.default.replace(/^\.\/dist\/|\.js$/g, '') }];
});
