import { useStore } from '../state/store.js';
import { type TakeawayTexts, takeawayEn } from './texts.en.js';
import { takeawayZh } from './texts.zh.js';

/** This card's texts, which are loaded with it. */
export function useTakeawayTexts(): TakeawayTexts {
  return useStore().preferences.language.value === 'zh' ? takeawayZh : takeawayEn;
}
