import { defineConfig } from 'vite';
import { digitsFile } from './digits-file.js';

export default defineConfig({
  base: './', // Any static host, in any folder.
  plugins: [digitsFile()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: { target: 'es2022', outDir: 'dist', emptyOutDir: true },
  worker: { format: 'es' },
  server: { host: '127.0.0.1' },
});
