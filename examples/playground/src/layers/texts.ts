import { useStore } from '../state/store.js';
import { type LayersTexts, layersEn } from './texts.en.js';
import { layersZh } from './texts.zh.js';

/** This card's texts, which are loaded with it. */
export function useLayersTexts(): LayersTexts {
  return useStore().preferences.language.value === 'zh' ? layersZh : layersEn;
}
