import type { Plugin } from 'vite';
import { packMnist } from '../../datasets/mnist.js';

const NAME = 'digits.bin';

/** The embedded dataset as one small file beside the page, digits.bin. */
export function digitsFile(): Plugin {
  return {
    name: 'digits-file',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: NAME, source: await packMnist() });
    },
    configureServer(server) {
      let file: Promise<Uint8Array> | null = null;
      server.middlewares.use(`/${NAME}`, async (_request, response) => {
        file ??= packMnist();
        response.setHeader('Content-Type', 'application/octet-stream').end(await file);
      });
    },
  };
}
