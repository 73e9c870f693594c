import { defineConfig } from 'vite';
import { digitsFile } from './digits-file.js';
import { pageFile, workerFile } from './worker-file.js';

export default defineConfig({
  base: './', // Any static host, in any folder.
  plugins: [digitsFile(), workerFile()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: { output: { codeSplitting: pageFile } },
  },
  server: { host: '127.0.0.1' },
});
