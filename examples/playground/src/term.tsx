import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { useTexts } from './texts/index.js';

/**
 * A term with a small sign behind it that tells what it means: to those who point, touch, type or listen. What it tells
 * stands above everything, until one looks elsewhere.
 * @param word the term, as it is read aloud
 * @param meaning a sentence or two
 * @param children what stands in place of `word`, when that needs more than letters
 */
export function Term({ word, meaning, children }: { word: string; meaning: string; children?: ComponentChildren }) {
  const { page } = useTexts();
  const id = `term-${useId()}`;
  return (
    <span class="term">
      {children ?? word}
      <button type="button" class="term-sign" popoverTarget={id} aria-label={page.explain(word)} title={meaning}>
        ?
      </button>
      <span id={id} class="term-told" popover="auto">
        {meaning}
      </span>
    </span>
  );
}
