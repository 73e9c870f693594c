import { useTextsOf } from '../texts/index.js';
import { type TakeawayTexts, takeawayEn } from './texts.en.js';
import { takeawayZh } from './texts.zh.js';

/** This card's texts, which are loaded with it. */
export function useTakeawayTexts(): TakeawayTexts {
  return useTextsOf<TakeawayTexts>({ en: takeawayEn, zh: takeawayZh });
}
