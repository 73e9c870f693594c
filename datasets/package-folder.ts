import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { optional } from '../src/errors.js';

/** The folder that an npm package is installed in. @throws ArgumentError when it is not installed */
export async function packageFolder(where: string, name: string): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  return optional(where, name, async () => dirname(resolve(`${name}/package.json`)));
}
