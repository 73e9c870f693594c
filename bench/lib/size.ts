import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { ROOT } from './machine.js';

/** The programs in bench/bundles/, which import `convgrad`. */
export const BUNDLES = ['everything', 'loop', 'fit'] as const;
export type Bundle = (typeof BUNDLES)[number];

/**
 * The bytes of a program in bench/bundles/, bundled and minified by esbuild and gzipped.
 * @param convgrad the file that its `convgrad` is
 */
export async function bundledBytes(bundle: Bundle, convgrad = join(ROOT, 'src/index.ts')): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, `bench/bundles/${bundle}.ts`)],
    alias: { convgrad },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}
