import { goTo } from '../go-to.js';
import { useLayersTexts } from './texts.js';

/**
 * Cut from examples/images/animals/layers.png (example 08, seed 56274): how many of the 100 drawings that excite the filter
 * most do so on the part, and by how much its answer falls when they are drawn without it, in percent.
 */
const ROWS = [
  {
    picture: new URL('./drawn-eye-1.png', import.meta.url).href,
    part: 'eye',
    layer: 1,
    trained: true,
    on: 60,
    fall: 18,
  },
  {
    picture: new URL('./drawn-eye-2.png', import.meta.url).href,
    part: 'eye',
    layer: 2,
    trained: true,
    on: 97,
    fall: 59,
  },
  {
    picture: new URL('./drawn-eye-3.png', import.meta.url).href,
    part: 'eye',
    layer: 3,
    trained: true,
    on: 100,
    fall: 93,
  },
  {
    picture: new URL('./drawn-nose-3.png', import.meta.url).href,
    part: 'nose',
    layer: 3,
    trained: true,
    on: 94,
    fall: 68,
  },
  {
    picture: new URL('./drawn-ear-3.png', import.meta.url).href,
    part: 'ear',
    layer: 3,
    trained: true,
    on: 100,
    fall: 95,
  },
  {
    picture: new URL('./drawn-eye-untrained.png', import.meta.url).href,
    part: 'eye',
    layer: 3,
    trained: false,
    on: 38,
    fall: 29,
  },
] as const;

/** Of the file, in pixels: six patches of 20x20, two apart. */
const SIZE = { width: 130, height: 20 };

/** What deeper layers find elsewhere: in photographs, and in drawings of which one knows what they show. */
export function Photographs() {
  const texts = useLayersTexts();
  return (
    <section class="photographs" aria-label={texts.photographs}>
      <h3>{texts.photographs}</h3>
      <p>
        {texts.onPhotographs}
        <a target="_blank" rel="noreferrer" href="https://doi.org/10.1145/1553374.1553453">
          {texts.lee}
        </a>
        {texts.between}
        <a target="_blank" rel="noreferrer" href="https://arxiv.org/abs/1311.2901">
          {texts.zeiler}
        </a>
        {texts.onlyDigits}
      </p>
      <figure>
        <ul>
          {ROWS.map(({ picture, part, layer, trained, on, fall }) => (
            <li key={picture}>
              <span>
                <strong>{texts.drawn(part, layer, trained)}</strong>
                <span class="note">{texts.drawnNote(part, on, fall)}</span>
              </span>
              <img src={picture} {...SIZE} loading="lazy" alt={texts.drawnPicture(part, layer, trained)} />
            </li>
          ))}
        </ul>
        <figcaption class="note">{texts.drawnCaption}</figcaption>
      </figure>
      <p>
        {texts.toAnimals}{' '}
        <button type="button" title={texts.animalsTip} onClick={() => goTo('animals')}>
          {texts.animals}
        </button>
      </p>
    </section>
  );
}
