/** Experiments for a class: each with a question to be answered before the training, and what comes out. */
import { DEFAULTS, FIELDS, type Settings } from '../state/settings.js';

export const EXPERIMENTS = {
  recipe: {},
  noDecay: { weightDecay: 0 },
  permuted: { condition: 'permuted' },
  scrambled: { condition: 'scrambled' },
  shuffled: { condition: 'shuffled' },
  tooFast: { lr: 1 },
  small: { kernelSize: 3 },
  single: { filters: 1 },
  otherSeed: { seed: 1 },
} satisfies Record<string, Partial<Settings>>;

export type Experiment = keyof typeof EXPERIMENTS;
export const EXPERIMENT_NAMES = Object.keys(EXPERIMENTS) as Experiment[];

/** All settings of an experiment: what it does not change is as in the main example. */
export function settingsOf(experiment: Experiment): Settings {
  return { ...DEFAULTS, ...EXPERIMENTS[experiment] };
}

/** The experiment that has these settings; null when none has. */
export function experimentOf(settings: Settings): Experiment | null {
  const names = Object.keys(FIELDS) as (keyof Settings)[];
  return (
    EXPERIMENT_NAMES.find((experiment) => {
      const own = settingsOf(experiment);
      return names.every((name) => own[name] === settings[name]);
    }) ?? null
  );
}
