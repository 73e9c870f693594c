/** Photographs of the page, and images of a visitor's own. */
import { FileButton } from '../file-button.js';
import { chooseFile, choosePhotograph } from './bring.js';
import { PHOTOGRAPHS } from './choices.js';
import type { Lab } from './lab.js';
import { LateRadio } from './late-radio.js';
import type { ConvolutionTexts } from './texts.en.js';

export function PhotographChooser({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.image;
  const choice = lab.imageChoice.value;
  void lab.bringing.value; // What was asked for may not have come.
  const chosen = choice.kind === 'photograph' ? choice.name : null;
  return (
    <>
      <fieldset class="segments photographs">
        <legend class="unseen">{words.photographs}</legend>
        {PHOTOGRAPHS.map((name) => (
          <LateRadio
            key={name}
            title={words.photographTips[name]}
            text={words.photographNames[name]}
            name="convolution-photograph"
            checked={chosen === name}
            onChange={() => choosePhotograph(lab, name)}
          />
        ))}
      </fieldset>
      <FileButton
        class="small"
        label={words.file}
        tip={words.fileTip}
        accept="image/*"
        onFile={(file) => chooseFile(lab, file)}
      />
      <p class="note">{words.fileHow}</p>
      <p class="note">
        {chosen && `${words.photographSources[chosen]} `}
        {choice.kind === 'file' && `${lab.file.value?.name ?? ''}: `}
        {words.gray(lab.image.value.size)}
      </p>
    </>
  );
}

/** That an image is on its way, or why there is none. */
export function ImageNotice({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.image;
  const trouble = lab.imageTrouble.value;
  const waits = lab.bringing.value !== null || lab.missing.value;
  return (
    <>
      <p class="note" role="status">
        {waits && words.loading}
      </p>
      {trouble && (
        <p class="image-trouble" role="alert">
          {words.troubles[trouble.trouble](trouble.name)} {words.kept}
        </p>
      )}
    </>
  );
}
