import type { Language } from '../state/preferences.js';
import { useStore } from '../state/store.js';
import type { en } from './en.js';

/** The same keys in every language, with other words. */
export type Texts = Widened<typeof en>;

type Widened<T> = T extends string
  ? string
  : T extends (...values: infer Values) => string
    ? (...values: Values) => string
    : { readonly [Key in keyof T]: Widened<T[Key]> };

/** A file each: a visit loads the texts that it shows. */
const FILES: Record<Language, () => Promise<Texts>> = {
  en: async () => (await import('./en.js')).en,
  zh: async () => (await import('./zh.js')).zh,
};

const loaded = new Map<Language, Texts>();

/** Loads the texts of a language, if they are not there. It rejects when they are not to be had. */
export async function loadTexts(language: Language): Promise<void> {
  if (!loaded.has(language)) loaded.set(language, await FILES[language]());
}

/** @throws Error for a language that has not been loaded */
export function textsFor(language: Language): Texts {
  const texts = loaded.get(language);
  if (!texts) throw new Error(`the texts of '${language}' have not been loaded`);
  return texts;
}

/** The page's texts in the language that it speaks. */
export function useTexts(): Texts {
  return textsFor(useStore().preferences.language.value);
}

/** The texts, in the language chosen, of a part that is loaded later and brings its own. */
export function useTextsOf<Own>(texts: Record<Language, Own>): Own {
  return texts[useStore().preferences.language.value];
}
