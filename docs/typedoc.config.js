import { readFileSync } from 'node:fs';

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The sources of all entries that users import; `convgrad/min` is made of others. */
const entryPoints = Object.values(exports)
  .map((target) => target.default ?? '')
  .filter((file) => file.startsWith('./dist/') && !file.includes('.min.'))
  .map((file) => file.replace('./dist/', '../').replace('.js', '.ts'));

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'convgrad',
  entryPoints,
  tsconfig: '../tsconfig.json',
  out: 'dist',
  readme: '../README.md',
  // In the order of the navigation.
  projectDocuments: [
    'README.zh.md',
    'guides/first-network.md',
    'guides/your-own-data.md',
    'guides/your-own-layer-and-operation.md',
    'guides/inspecting-filters.md',
    'guides/transfer-learning.md',
    'guides/in-a-page.md',
    'guides/files.md',
    'guides/many-machines.md',
    'guides/reproducing.md',
    'guides/from-pytorch-or-keras.md',
    'GUIDE.md',
    '../examples/README.md',
    '../examples/emergence.md',
    '../examples/natural-images.md',
    '../examples/eyes-noses-ears.md',
    '../examples/many-machines.md',
    '../datasets/README.md',
    '../bench/README.md',
    '../examples/playground/README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    '../test/fuzz/README.md',
    '../CHANGELOG.md',
  ],
  sort: ['documents-first', 'kind', 'alphabetical'],
  plugin: ['./site.js'],
  excludeInternal: true,
  excludePrivate: true,
  disableSources: true,
  hideGenerator: true,
  highlightLanguages: ['bash', 'html', 'javascript', 'json', 'python', 'typescript'],
  requiredToBeDocumented: ['Class', 'Function', 'Interface', 'TypeAlias', 'Variable', 'Enum', 'Method'],
  validation: { notDocumented: true },
  treatWarningsAsErrors: true,
};
