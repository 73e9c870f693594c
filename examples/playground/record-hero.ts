/**
 * Records what the playground's hero shows, again: after changes of the recipe, or of the numbers that it is computed with.
 *
 *     npx tsx examples/playground/record-hero.ts
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { record } from './recording.js';

const { digit, filters } = await record();
const text = (bytes: Uint8Array | Int8Array) => Buffer.from(bytes.buffer).toString('base64');
const file = fileURLToPath(new URL('src/hero/recording.ts', import.meta.url));
await writeFile(
  file,
  `/** Written by record-hero.ts: gray values of the digit, and the filter in each frame, as bytes in base64. */
export const DIGIT =
  '${text(digit)}';
export const FILTERS =
  '${text(filters)}';
`,
);
console.log(`${filters.length + digit.length} bytes written to ${file}`);
