import { entries } from './entries.js';

/** Where use begins, and what nobody need use: files, exports, packages. */
export default {
  workspaces: {
    '.': {
      entry: [
        ...entries.map(({ path }) => `${path}.ts`),
        'examples/*.ts',
        'examples/*/summarize.ts', // Tables of the registered studies.
        'examples/experiments/*.ts',
        'examples/playground/{vite.config,record-hero}.ts',
        'examples/playground/src/main.tsx',
        'examples/playground/src/worker/*.ts', // Workers are started by their URL.
        'test/**/*.test.ts',
        'test/fixtures/*.ts', // Programs that tests start.
      ],
      project: ['{src,datasets,examples,test}/**/*.{ts,tsx,mjs}'],
      ignore: ['src/wasm/assembly/**'], // AssemblyScript, which its own compiler reads.
      ignoreDependencies: ['axe-core'], // A test reads its file.
      ignoreBinaries: ['taskset', 'mkfifo', 'mpirun'], // Of the system.
    },
    bench: {
      entry: ['*.ts', 'bundles/*.ts'],
      project: ['**/*.ts'],
      // The first is loaded by `createRequire`, as it has no types; the others by a name that is a value.
      ignoreDependencies: ['convnetjs', 'onnxruntime-node', 'onnxruntime-web'],
    },
    // The package is loaded by its path, in Node and in a page.
    'test/interop': { entry: ['*.test.ts', 'page.ts'], ignoreDependencies: ['onnxruntime-web'] },
    '.ci': { entry: ['*.ts'] },
  },
};
