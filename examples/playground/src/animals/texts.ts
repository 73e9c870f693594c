import { useTextsOf } from '../texts/index.js';
import { type AnimalsTexts, animalsEn } from './texts.en.js';
import { animalsZh } from './texts.zh.js';

/** This card's texts, which are loaded with it: few come this far down the page. */
export function useAnimalsTexts(): AnimalsTexts {
  return useTextsOf<AnimalsTexts>({ en: animalsEn, zh: animalsZh });
}
