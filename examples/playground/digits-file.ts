import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { allDigits } from '../../datasets/mnist.js';

const NAME = 'digits.bin';

/**
 * The embedded dataset as one small file beside the page, digits.bin: gzipped labels, a byte each, then images, a byte a
 * pixel. Not called .gz, for some hosts unpack what is.
 */
export function digitsFile(): Plugin {
  return {
    name: 'digits-file',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: NAME, source: await packed() });
    },
    configureServer(server) {
      let file: Promise<Buffer> | null = null;
      server.middlewares.use(`/${NAME}`, async (_request, response) => {
        file ??= packed();
        response.setHeader('Content-Type', 'application/octet-stream').end(await file);
      });
    },
  };
}

async function packed(): Promise<Buffer> {
  const { inputs, labels } = await allDigits();
  const grays = Uint8Array.from(inputs, (value) => Math.round(value * 255));
  return gzipSync(Buffer.concat([Uint8Array.from(labels), grays]), { level: 9 });
}
