import { defineConfig } from 'vite';
import { digitsFile } from './digits-file.js';
import { workerFile } from './worker-file.js';

export default defineConfig({
  base: './', // Any static host, in any folder.
  plugins: [digitsFile(), workerFile()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    // What the page alone loads at first is one file: split by who else uses it, it would be 14, and 4 kB more.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'page', tags: ['$initial'], test: /playground.src.(?!worker|state.settings)/ }],
          includeDependenciesRecursively: false,
        },
      },
    },
  },
  server: { host: '127.0.0.1' },
});
