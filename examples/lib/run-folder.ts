/** The folder of a run: whose it is, and where its training stands. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArgumentError, type Checkpoint } from '../../src/index.js';
import { loadCheckpoint } from '../../src/node/index.js';

/**
 * Whether the folder is free for a run, or holds one with the same settings, and not another.
 * @param settings as `train` of recipe.ts puts them into checkpoints, and example 03 into metrics.json
 * @throws ArgumentError when it holds a run with other settings, which would be overwritten
 */
export async function checkFolder(folder: string, settings: object): Promise<void> {
  const held = await settingsIn(folder);
  if (!held) return;
  const [was, is] = [pick(held, settings), pick(settings, settings)];
  if (was === is) return;
  throw new ArgumentError('--out', `'${folder}' holds a run with ${was}, and this is ${is}: give it another folder`);
}

/** The checkpoint of a training that was stopped; none where there is no file of it yet. */
export async function checkpointIn(path: string): Promise<Checkpoint | undefined> {
  return existsSync(path) ? loadCheckpoint(path) : undefined;
}

/** Of a run that has ended, or of one that was stopped; null where there is none that can be read. */
async function settingsIn(folder: string): Promise<object | null> {
  const [metrics, checkpoint] = ['metrics.json', 'run.checkpoint'].map((name) => join(folder, name));
  if (existsSync(metrics)) return JSON.parse(await readFile(metrics, 'utf8'));
  const saved = await checkpointIn(checkpoint).catch(() => undefined); // What cannot be read cannot go on, either.
  return (saved?.callbacks.find(({ name }) => name === 'recipe')?.state as object | undefined) ?? null;
}

/** The same settings in the same order, as text. */
function pick(from: object, names: object): string {
  const values = new Map<string, unknown>(Object.entries(from));
  return JSON.stringify(Object.fromEntries(Object.keys(names).map((name) => [name, values.get(name)])));
}
