/**
 * Draws the random filters that the page compares with, and writes what it needs of them.
 *
 *     npx tsx examples/playground/store-nulls.ts
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { loadMnist } from '../../datasets/index.js';
import { nullDistribution } from '../../src/inspect/index.js';
import { DEFAULTS, FIELDS } from './src/state/settings.js';
import { DRAWN, type NullTables } from './src/worker/null-tables.js';
import { tableOf } from './src/worker/nulls.js';

/** How many digits give the second moments of their patches: as many as `nullDistribution` looks at. */
const PATCHES = 1000;

/** The tables of all kernel sizes that the page offers, of the digits of the default seed. */
export async function drawTables(): Promise<NullTables> {
  const { train } = await loadMnist({ seed: DEFAULTS.seed });
  const patches = train.subset(Array.from({ length: PATCHES }, (_, i) => Math.floor((i * train.length) / PATCHES)));
  const { choices } = FIELDS.kernelSize as { choices: readonly number[] };
  const entries = choices.map((size) => {
    const normal = tableOf(nullDistribution('normal', size, { draws: DRAWN }));
    const colored = tableOf(nullDistribution('colored', size, { draws: DRAWN, patches }));
    return [size, { normal, colored }] as const;
  });
  return Object.fromEntries(entries);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const rows = Object.entries(await drawTables()).map(([size, { normal, colored }]) => {
    const table = (name: string, [steps, ...counts]: typeof normal) =>
      `    ${name}: [\n      '${steps}',\n      ${counts.join(',\n      ')},\n    ],\n`;
    return `  ${size}: {\n${table('normal', normal)}${table('colored', colored)}  },\n`;
  });
  writeFileSync(
    new URL('src/worker/null-tables.ts', import.meta.url),
    `/** Written by ../../store-nulls.ts; nulls.ts says what stands here. */

/** Differences of the quantiles, in base 36; how many of the filters are edges, lines and blobs. */
export type NullTable = readonly [steps: string, edges: number, lines: number, blobs: number];

/** By kernel size. */
export type NullTables = Readonly<Record<number, { normal: NullTable; colored: NullTable }>>;

/** How many filters of each were drawn. */
export const DRAWN = ${DRAWN};

export const NULL_TABLES: NullTables = {
${rows.join('')}};
`,
  );
}
