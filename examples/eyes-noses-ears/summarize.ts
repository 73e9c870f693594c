/**
 * Puts runs of example 08 together: results.json and tables.md in this folder.
 *
 *     npx tsx examples/eyes-noses-ears/summarize.ts HASH runs/animals-1 runs/animals-2
 *
 * HASH is the commit in which the analysis was fixed; its first groups of four hexadecimal digits are the seeds.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveFile, saveJson } from '../../src/node/index.js';
import { bestTable, countsTable, wantedTable } from '../lib/animals/summary.js';
import type { Figures } from '../lib/animals/table.js';

const [registration, ...folders] = process.argv.slice(2);
const runs: Figures[] = [];
for (const folder of folders) runs.push(JSON.parse(await readFile(join(folder, 'metrics.json'), 'utf8')));
const here = import.meta.dirname;
await saveJson(join(here, 'results.json'), { registration, runs });
const tables = [wantedTable(runs), countsTable(runs, 'above'), bestTable(runs), countsTable(runs, 'abovePercentile')];
await saveFile(join(here, 'tables.md'), `${tables.join('\n\n')}\n`);
