/** Which image the window slides over. */
import { OWN_SIZE } from './choices.js';
import type { ImageChoice, Lab } from './lab.js';
import { NumberGrid } from './number-grid.js';
import { gray } from './paint.js';
import { Thumbnail } from './pixels.js';
import type { ConvolutionTexts } from './texts.en.js';

export function ImageChooser({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.image;
  const choice = lab.imageChoice.value;
  const digits = lab.digits.value;
  const offers: { kind: ImageChoice['kind']; name: string; tip: string; choose: ImageChoice }[] = [
    { kind: 'tutorial', name: words.tutorial, tip: words.tutorialTip, choose: { kind: 'tutorial' } },
    { kind: 'digit', name: words.digit, tip: words.digitTip, choose: { kind: 'digit', index: 0 } },
    { kind: 'drawn', name: words.drawn, tip: words.drawnTip, choose: { kind: 'drawn' } },
    { kind: 'own', name: words.own, tip: words.ownTip, choose: { kind: 'own' } },
  ];
  return (
    <fieldset class="part">
      <legend>{words.heading}</legend>
      <div class="segments">
        {offers
          .filter(({ kind }) => (kind !== 'digit' || digits.length > 0) && (kind !== 'drawn' || lab.drawn.value))
          .map(({ kind, name, tip, choose }) => (
            <label key={kind} title={tip}>
              <input
                type="radio"
                name="convolution-image"
                checked={choice.kind === kind}
                onChange={() => lab.chooseImage(choose)}
              />
              <span>{name}</span>
            </label>
          ))}
      </div>
      {choice.kind === 'tutorial' && <p class="note">{words.tutorialAbout}</p>}
      {choice.kind === 'digit' && (
        <fieldset class="pictures">
          <legend class="unseen">{words.digits}</legend>
          {digits.map((digit, index) => (
            <label key={index} title={words.digitName(digit.label, index + 1)}>
              <input
                type="radio"
                name="convolution-digit"
                aria-label={words.digitName(digit.label, index + 1)}
                checked={choice.index === index}
                onChange={() => lab.chooseImage({ kind: 'digit', index })}
              />
              <Thumbnail values={digit.pixels} size={28} peak={null} />
            </label>
          ))}
        </fieldset>
      )}
      {choice.kind === 'own' && (
        <>
          <p class="note">
            {words.ownAbout}{' '}
            <button type="button" class="small" title={words.clearTip} onClick={() => lab.clearOwn()}>
              {words.clear}
            </button>
          </p>
          <NumberGrid
            values={lab.own.value.values}
            size={OWN_SIZE}
            least={0}
            most={lab.own.value.white}
            colorOf={(value) => gray(value / lab.own.value.white)}
            onType={(index, value) => lab.paintPixel(index, value)}
            label={words.ownCells}
            cellLabel={texts.cell}
          />
        </>
      )}
    </fieldset>
  );
}
