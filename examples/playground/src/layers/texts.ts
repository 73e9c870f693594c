import { useTextsOf } from '../texts/index.js';
import { type LayersTexts, layersEn } from './texts.en.js';
import { layersZh } from './texts.zh.js';

/** This card's texts, which are loaded with it. */
export function useLayersTexts(): LayersTexts {
  return useTextsOf<LayersTexts>({ en: layersEn, zh: layersZh });
}
