import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { loadTexts } from '../texts/index.js';

export const LANGUAGES = ['en', 'zh'] as const;
export const THEMES = ['system', 'light', 'dark'] as const;
export type Language = (typeof LANGUAGES)[number];
type Theme = (typeof THEMES)[number];

/** What a visitor chose for all visits; kept by the browser where it allows that. */
export interface Preferences {
  /** The language that the page speaks: its texts have been loaded. */
  language: ReadonlySignal<Language>;
  /** The language that was asked for last and could not be loaded; null when it could. */
  unspoken: ReadonlySignal<Language | null>;
  /** Loads a language and changes to it; the page stays in its own when that cannot be. */
  speak(language: Language): Promise<void>;
  theme: Signal<Theme>;
  /** Whether the page is dark: as chosen, or as the system is. */
  dark: ReadonlySignal<boolean>;
}

/** Rejects when there are texts in no language. */
export async function createPreferences(): Promise<Preferences> {
  const spoken = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const wanted = kept('language', LANGUAGES, spoken);
  const unspoken = signal<Language | null>(null);
  const language = signal(wanted.value);
  const speak = async (asked: Language) => {
    try {
      await loadTexts(asked);
      batch(() => {
        language.value = asked;
        wanted.value = asked;
        unspoken.value = null;
      });
    } catch {
      unspoken.value = asked;
    }
  };
  await speak(wanted.value);
  if (unspoken.value !== null) {
    language.value = wanted.value === 'zh' ? 'en' : 'zh';
    await loadTexts(language.value);
  }
  const theme = kept('theme', THEMES, 'system');
  const query = matchMedia('(prefers-color-scheme: dark)');
  const system = signal(query.matches);
  query.addEventListener('change', ({ matches }) => {
    system.value = matches;
  });
  const dark = computed(() => (theme.value === 'system' ? system.value : theme.value === 'dark'));
  return { language, unspoken, speak, theme, dark };
}

function kept<Choice extends string>(name: string, choices: readonly Choice[], otherwise: Choice): Signal<Choice> {
  const key = `convgrad ${name}`;
  const value = signal(choices.find((choice) => choice === read(key)) ?? otherwise);
  value.subscribe((choice) => {
    if (choice !== otherwise || read(key) !== null) write(key, choice);
  });
  return value;
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Cookies are forbidden, and this with them.
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The same: it lasts as long as the page.
  }
}
