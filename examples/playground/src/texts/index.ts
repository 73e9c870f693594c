import type { Language } from '../state/preferences.js';
import { useStore } from '../state/store.js';
import { en } from './en.js';
import { zh } from './zh.js';

/** The same keys in every language, with other words. */
export type Texts = Widened<typeof en>;

type Widened<T> = T extends string
  ? string
  : T extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof T]: Widened<T[Key]> };

const ALL: Record<Language, Texts> = { en, zh };

export function textsFor(language: Language): Texts {
  return ALL[language];
}

/** The page's texts in the language chosen. */
export function useTexts(): Texts {
  return textsFor(useStore().preferences.language.value);
}

/** The texts, in the language chosen, of a part that is loaded later and brings its own. */
export function useTextsOf<Own>(texts: Record<Language, Own>): Own {
  return texts[useStore().preferences.language.value];
}
