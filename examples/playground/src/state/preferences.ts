import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';

export const LANGUAGES = ['en', 'zh'] as const;
export const THEMES = ['system', 'light', 'dark'] as const;
export type Language = (typeof LANGUAGES)[number];
type Theme = (typeof THEMES)[number];

/** What a visitor chose for all visits; kept by the browser where it allows that. */
export interface Preferences {
  language: Signal<Language>;
  theme: Signal<Theme>;
  /** Whether the page is dark: as chosen, or as the system is. */
  dark: ReadonlySignal<boolean>;
}

export function createPreferences(): Preferences {
  const spoken = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const theme = kept('theme', THEMES, 'system');
  const query = matchMedia('(prefers-color-scheme: dark)');
  const system = signal(query.matches);
  query.addEventListener('change', ({ matches }) => {
    system.value = matches;
  });
  const dark = computed(() => (theme.value === 'system' ? system.value : theme.value === 'dark'));
  return { language: kept('language', LANGUAGES, spoken), theme, dark };
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
