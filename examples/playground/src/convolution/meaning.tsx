/** What the result means, in words. */
import type { Lab } from './lab.js';
import { long } from './numbers.js';
import type { ConvolutionTexts } from './texts.en.js';

/** A resemblance weaker than this (a cosine) is not worth a word. */
const WORTH_A_WORD = 0.6;

export function Meaning({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.meaning;
  const { family, name, cosine } = lab.meaning.value;
  // An identity turned round is no identity: what is swapped is described by the general sentence.
  const text = cosine < 0 && family !== 'edge' && family !== 'line' ? words.any : words[family];
  const sum = lab.filter.value.values.reduce((total, weight) => total + weight, 0);
  const resembles = cosine < 0 ? words.resemblesSwapped : words.resembles;
  return (
    <section class="meaning" aria-label={words.heading}>
      <h3>{words.heading}</h3>
      <p>
        {typeof text === 'function' ? text(long(sum)) : text}
        {lab.filterChoice.value.kind !== 'hand' && name !== null && Math.abs(cosine) >= WORTH_A_WORD && (
          <> {resembles(texts.filter.names[name], Math.abs(cosine).toFixed(2))}</>
        )}
        {lab.rectify.value && <> {words.relu}</>}
      </p>
    </section>
  );
}
