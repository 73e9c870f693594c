import { defineConfig } from 'vite';
import { digitsFile } from './digits-file.js';

export default defineConfig({
  base: './', // Any static host, in any folder.
  plugins: [digitsFile()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  // The package's sideEffects name what it publishes; in the sources other files have them.
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: true,
    rollupOptions: { treeshake: { moduleSideEffects: true } },
  },
  worker: { format: 'es', rollupOptions: { treeshake: { moduleSideEffects: true } } },
  server: { host: '127.0.0.1' },
});
