import { defineConfig } from 'vite';
import { digitsFile } from './digits-file.js';
import { workerFile } from './worker-file.js';

export default defineConfig({
  base: './', // Any static host, in any folder.
  plugins: [digitsFile(), workerFile()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true },
  server: { host: '127.0.0.1' },
});
