/**
 * The public API as a text, so that a change of it shows in a diff: what each entry exports, as the compiler declares it,
 * without docstrings and private members. A test compares docs/api.txt with the sources.
 *
 *     npm run api    rewrites docs/api.txt
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { ALL, DeclarationFiles, type Place } from './declarations.js';
import { entries } from './entries.js';

export const API = 'docs/api.txt';
const TSC = resolve('node_modules/typescript/bin/tsc');

/**
 * The text, and which of our types the public declarations name although no entry exports them, as
 * `Public needs Hidden of file`.
 */
export function api(): { text: string; hidden: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-api-'));
  try {
    execFileSync(process.execPath, [TSC, '-p', 'tsconfig.build.json', '--outDir', folder]);
    return describe(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function describe(folder: string): { text: string; hidden: string[] } {
  const files = new DeclarationFiles();
  const key = ({ file, name }: Place) => `${name} of ${relative(folder, file).replace('.d.ts', '.ts')}`;
  const firstNames = new Map<string, string>();
  const declarations = new Map<string, Place>();
  const lines: string[] = [];
  const add = (file: string, prefix: string, entry: string) => {
    for (const [name, exported] of [...files.read(file).exported].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const place = files.resolve(exported.file, exported.name);
      if (!place) throw new Error(`${entry}: ${name} is not declared here`);
      if (place.name === ALL) {
        add(place.file, `${prefix}${name}.`, entry);
        continue;
      }
      const first = firstNames.get(key(place));
      if (!first) {
        firstNames.set(key(place), `${prefix}${name} of ${entry}`);
        declarations.set(`${prefix}${name}`, place);
      }
      if (first) lines.push(`${prefix}${name}: the same as ${first}`);
      else lines.push(`${prefix || name !== place.name ? `${prefix}${name}: ` : ''}${files.textOf(place)}`);
    }
  };
  for (const { name, path } of entries) {
    lines.push(`# ${name}`);
    add(join(folder, `${path}.d.ts`), '', name);
  }
  const hidden = [...declarations].flatMap(([name, place]) =>
    files
      .references(place)
      .map(key)
      .filter((used) => !firstNames.has(used))
      .map((used) => `${name} needs ${used}`),
  );
  return { text: `${lines.join('\n\n')}\n`, hidden: [...new Set(hidden)] };
}

if (process.argv[1] === import.meta.filename) {
  const { text, hidden } = api();
  writeFileSync(API, text);
  for (const line of hidden) console.error(`not exported: ${line}`);
}
