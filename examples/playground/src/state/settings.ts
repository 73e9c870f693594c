/** What a run is made of: all of it stands in the page's address, so that a link reproduces the run. */
import { type Initialization, OPTIMIZERS, type OptimizerName, SETTINGS } from '../../../lib/recipe.js';

export type Condition = 'recipe' | 'permuted' | 'scrambled' | 'shuffled' | 'untrained';

export interface Settings {
  /** Of conv1: filters are kernelSize x kernelSize. */
  kernelSize: number;
  filters: number;
  lr: number;
  batchSize: number;
  /** Of conv1's filters alone. */
  weightDecay: number;
  epochs: number;
  /** Of the split, the weights and the order of the images. */
  seed: number;
  initialization: Initialization;
  optimizer: OptimizerName;
  condition: Condition;
}

export const DEFAULTS: Settings = {
  ...{ kernelSize: 5, filters: 12 },
  ...SETTINGS,
  ...{ initialization: 'default', optimizer: 'sgd', condition: 'recipe' },
};

/** The name of each setting in the address, and what it may be: one of a few, or a number within a range. */
export type Field = { key: string } & (
  | { choices: readonly (string | number)[] }
  | { least: number; most: number; whole: boolean }
);

export const FIELDS: Record<keyof Settings, Field> = {
  kernelSize: { key: 'kernel', choices: [3, 5, 7] },
  filters: { key: 'filters', least: 1, most: 32, whole: true },
  lr: { key: 'lr', least: 0, most: 1, whole: false },
  batchSize: { key: 'batch', least: 1, most: 1000, whole: true },
  weightDecay: { key: 'decay', least: 0, most: 1, whole: false },
  epochs: { key: 'epochs', least: 1, most: 100, whole: true },
  seed: { key: 'seed', least: 0, most: Number.MAX_SAFE_INTEGER, whole: true },
  initialization: { key: 'init', choices: ['default', 'he'] },
  optimizer: { key: 'optimizer', choices: Object.keys(OPTIMIZERS) },
  condition: { key: 'condition', choices: ['recipe', 'permuted', 'scrambled', 'shuffled', 'untrained'] },
};

/** Learning rates with which each optimizer learns the digits: one that suits the first is far too much for the others. */
export const USUAL_RATES: Record<OptimizerName, number> = { sgd: DEFAULTS.lr, plain: 0.2, adam: 0.003, adamw: 0.003 };

/** What is to be changed when someone changes `patch`: with the optimizer its usual learning rate, unless that was given. */
export function withUsualRate(patch: Partial<Settings>): Partial<Settings> {
  return patch.optimizer === undefined ? patch : { lr: USUAL_RATES[patch.optimizer], ...patch };
}

const NAMES = Object.keys(FIELDS) as (keyof Settings)[];

/** The value that a text stands for, null when the field cannot be that. */
export function readValue(name: keyof Settings, text: string): string | number | null {
  const field = FIELDS[name];
  if ('choices' in field) return field.choices.find((choice) => String(choice) === text) ?? null;
  const value = Number(text);
  const fits = text.trim() !== '' && value >= field.least && value <= field.most;
  return fits && (!field.whole || Number.isInteger(value)) ? value : null;
}

/**
 * Reads what an address says.
 * @param query such as '?filters=8&seed=7'
 * @returns the settings, defaults where nothing is said, and the keys whose values cannot be
 */
export function readSettings(query: string): { settings: Settings; refused: string[] } {
  const given = new URLSearchParams(query);
  const read: Partial<Record<keyof Settings, string | number>> = {};
  const refused: string[] = [];
  for (const name of NAMES) {
    const text = given.get(FIELDS[name].key);
    if (text === null) continue;
    const value = readValue(name, text);
    if (value === null) refused.push(FIELDS[name].key);
    else read[name] = value;
  }
  return { settings: { ...DEFAULTS, ...read } as Settings, refused };
}

/** What the address must say for these settings: only what differs from the defaults; '' when nothing does. */
export function writeSettings(settings: Settings): string {
  const query = new URLSearchParams();
  for (const name of NAMES) {
    if (settings[name] !== DEFAULTS[name]) query.set(FIELDS[name].key, String(settings[name]));
  }
  return query.size > 0 ? `?${query}` : '';
}
