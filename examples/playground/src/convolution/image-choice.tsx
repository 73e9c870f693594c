/** Which image the window slides over. */
import { choosePhotograph } from './bring.js';
import { isPicture, OWN_SIZE, PHOTOGRAPHS } from './choices.js';
import type { Lab } from './lab.js';
import { LateRadio } from './late-radio.js';
import { NumberGrid } from './number-grid.js';
import { gray } from './paint.js';
import { ImageNotice, PhotographChooser } from './photograph-choice.js';
import { Thumbnail } from './pixels.js';
import type { ConvolutionTexts } from './texts.en.js';

export function ImageChooser({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.image;
  const choice = lab.imageChoice.value;
  const digits = lab.digits.value;
  const offers = [
    {
      kind: 'tutorial',
      name: words.tutorial,
      tip: words.tutorialTip,
      choose: () => lab.chooseImage({ kind: 'tutorial' }),
    },
    {
      kind: 'digit',
      name: words.digit,
      tip: words.digitTip,
      choose: () => lab.chooseImage({ kind: 'digit', index: 0 }),
    },
    { kind: 'drawn', name: words.drawn, tip: words.drawnTip, choose: () => lab.chooseImage({ kind: 'drawn' }) },
    { kind: 'own', name: words.own, tip: words.ownTip, choose: () => lab.chooseImage({ kind: 'own' }) },
    {
      kind: 'photograph',
      name: words.photograph,
      tip: words.photographTip,
      choose: () => choosePhotograph(lab, PHOTOGRAPHS[0]),
    },
  ];
  void lab.bringing.value; // What was asked for may not have come.
  const chosen = isPicture(choice) ? 'photograph' : choice.kind;
  return (
    <fieldset class="part">
      <legend>{words.heading}</legend>
      <div class="segments images">
        {offers
          .filter(({ kind }) => kind === chosen || kind !== 'drawn' || lab.drawn.value)
          .map(({ kind, name, tip, choose }) => (
            <LateRadio
              key={kind}
              name="convolution-image"
              title={tip}
              text={name}
              checked={chosen === kind}
              disabled={kind === 'digit' && digits.length === 0}
              onChange={choose}
            />
          ))}
      </div>
      <ImageNotice lab={lab} texts={texts} />
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
      {isPicture(choice) && <PhotographChooser lab={lab} texts={texts} />}
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
            expected={texts.expected}
            cellLabel={texts.cell}
          />
        </>
      )}
    </fieldset>
  );
}
