/** Which filter slides, and its weights, which can be typed over. */
import { diverging, handMadeFilters } from '../../../../src/inspect/index.js';
import { FILTER_SIZES, MOST_WEIGHT } from './choices.js';
import type { Lab } from './lab.js';
import { NumberGrid } from './number-grid.js';
import { Thumbnail } from './pixels.js';
import type { ConvolutionTexts } from './texts.en.js';
import { peakOf } from './walk.js';

const offered = new Map(
  FILTER_SIZES.map((size) => [
    size as number,
    handMadeFilters(size).map(({ name, values }) => ({ name, values: Float32Array.from(values) })),
  ]),
);

export function FilterChooser({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.filter;
  const choice = lab.filterChoice.value;
  const { values, size } = lab.filter.value;
  const peak = peakOf(values);
  const handSize = offered.has(size) ? size : 3;
  const learned = lab.learned.value;
  const name =
    choice.kind === 'hand'
      ? words.names[choice.name]
      : choice.kind === 'learned'
        ? words.learnedTip(learned[choice.index]?.label ?? '')
        : words.typed;
  return (
    <fieldset class="part filter-part">
      <legend>{words.heading}</legend>
      <div class="filter-sources">
        <div class="segments">
          {FILTER_SIZES.map((each) => (
            <label key={each} title={words.sizeTip(each)}>
              <input
                type="radio"
                name="convolution-filter-size"
                aria-label={words.sizeTip(each)}
                checked={size === each}
                onChange={() => lab.chooseFilterSize(each)}
              />
              <span>
                {each} × {each}
              </span>
            </label>
          ))}
        </div>
        <fieldset class="pictures">
          <legend>{words.handMade}</legend>
          {offered.get(handSize)!.map((filter) => (
            <label key={filter.name} title={words.names[filter.name]}>
              <input
                type="radio"
                name="convolution-filter"
                aria-label={words.names[filter.name]}
                checked={choice.kind === 'hand' && choice.name === filter.name}
                onChange={() => lab.chooseFilter({ kind: 'hand', name: filter.name, size: handSize })}
              />
              <Thumbnail values={filter.values} size={handSize} peak={peakOf(filter.values)} />
            </label>
          ))}
        </fieldset>
        {learned.length > 0 && (
          <fieldset class="pictures">
            <legend>{words.learned}</legend>
            {learned.map((filter, index) => (
              <label key={index} title={words.learnedTip(filter.label)}>
                <input
                  type="radio"
                  name="convolution-filter"
                  aria-label={words.learnedTip(filter.label)}
                  checked={choice.kind === 'learned' && choice.index === index}
                  onChange={() => lab.chooseFilter({ kind: 'learned', index })}
                />
                <Thumbnail values={filter.values} size={filter.size} peak={peakOf(filter.values)} />
              </label>
            ))}
          </fieldset>
        )}
      </div>
      <div class="filter-weights">
        <p class="chosen">{name}</p>
        <NumberGrid
          values={values}
          size={size}
          least={-MOST_WEIGHT}
          most={MOST_WEIGHT}
          colorOf={(value) => diverging(value / peak)}
          onType={(index, value) => lab.typeWeight(index, value)}
          label={words.weights}
          expected={texts.expected}
          cellLabel={texts.cell}
        />
        <p class="note">{words.weights}</p>
      </div>
    </fieldset>
  );
}
