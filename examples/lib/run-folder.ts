/** The folder of a run: whose it is, what it holds, and where its training stands. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArgumentError, type Checkpoint } from '../../src/index.js';
import { loadCheckpoint, makeFolder, saveJson } from '../../src/node/index.js';

/** Any of them says with which settings the run was made that a folder holds. */
const RESULTS = ['metrics.json', 'results.json', 'figures.json'] as const;

export interface RunFolder {
  /**
   * Writes figures, and the settings with them. It comes before pictures and other files, so that they never stand in a
   * folder that does not say whose they are.
   */
  save(name: (typeof RESULTS)[number], figures: object): Promise<void>;
}

/**
 * Makes the folder unless it is there. A run goes into an empty folder, or into one of a run with the same settings.
 * @param settings all that decides what is written; example 03 has them in its checkpoints, too (see `train` of recipe.ts)
 * @throws ArgumentError when it holds a run with other settings, which would be overwritten
 */
export async function openFolder(folder: string, settings: object): Promise<RunFolder> {
  await makeFolder(folder);
  for (const [file, held] of await settingsIn(folder)) {
    const [was, is] = [pick(held, settings), pick(settings, settings)];
    if (was === is) continue;
    const whose = was === '{}' ? `something else, see ${file}` : `a run with ${was}`;
    throw new ArgumentError('--out', `'${folder}' holds ${whose}, and this is ${is}: give it another folder`);
  }
  return { save: (name, figures) => saveJson(join(folder, name), { ...settings, ...figures }) };
}

/** The checkpoint of a training that was stopped; none where there is no file of it yet. */
export async function checkpointIn(path: string): Promise<Checkpoint | undefined> {
  return existsSync(path) ? loadCheckpoint(path) : undefined;
}

/** Of runs that have ended, and of one that was stopped, by the name of the file that says so. */
async function settingsIn(folder: string): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for (const name of RESULTS) {
    const path = join(folder, name);
    if (existsSync(path))
      found.set(
        name,
        await readFile(path, 'utf8')
          .then(JSON.parse)
          .catch(() => null),
      );
  }
  const name = 'run.checkpoint';
  const saved = await checkpointIn(join(folder, name)).catch(() => undefined); // What cannot be read cannot go on, either.
  const recipe = saved?.callbacks.find((callback) => callback.name === 'recipe');
  if (saved) found.set(name, recipe?.state ?? null);
  return found;
}

/** The same settings in the same order, as text. */
function pick(from: unknown, names: object): string {
  const values = new Map<string, unknown>(Object.entries(from ?? {}));
  return JSON.stringify(Object.fromEntries(Object.keys(names).map((name) => [name, values.get(name)])));
}
