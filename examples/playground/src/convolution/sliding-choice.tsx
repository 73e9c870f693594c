/** Stride, padding, dilation and ReLU, and the size of the result that follows from them. */
import type { Lab } from './lab.js';
import type { ConvolutionTexts } from './texts.en.js';
import { RANGES, type Sliding } from './walk.js';

export function SlidingChooser({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.sliding;
  const tips = { stride: words.strideTip, padding: words.paddingTip, dilation: words.dilationTip };
  const sliding = lab.sliding.value;
  const set = (key: keyof Sliding, value: number) => lab.slideBy({ [key]: value });
  return (
    <fieldset class="part">
      <legend>{words.heading}</legend>
      <div class="steppers">
        {RANGES.map(({ key, least, most }) => (
          <div class="stepper" key={key} title={tips[key]}>
            <span class="stepper-name">
              {words[key]} <i>{key[0]}</i>
            </span>
            <button
              type="button"
              aria-label={words.less(words[key])}
              disabled={sliding[key] <= least}
              onClick={() => set(key, sliding[key] - 1)}
            >
              −
            </button>
            <output aria-label={words[key]}>{sliding[key]}</output>
            <button
              type="button"
              aria-label={words.more(words[key])}
              disabled={sliding[key] >= most}
              onClick={() => set(key, sliding[key] + 1)}
            >
              +
            </button>
          </div>
        ))}
      </div>
      <label class="check" title={words.reluTip}>
        <input
          type="checkbox"
          checked={lab.rectify.value}
          onChange={(event) => {
            lab.rectify.value = event.currentTarget.checked;
          }}
        />
        {words.relu}
      </label>
      <SizeFormula lab={lab} texts={texts} />
    </fieldset>
  );
}

/** floor((n + 2p - d(k - 1) - 1) / s) + 1, in letters and in numbers. */
function SizeFormula({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.sliding;
  const { size, kernel, stride, padding, dilation, outSize, missed } = lab.plan.value;
  return (
    <div class="formula" title={words.formulaLabel}>
      <p class="formula-name">{words.sizeHeading}</p>
      <p>
        ⌊(<i>n</i> + 2<i>p</i> − <i>d</i>(<i>k</i> − 1) − 1) / <i>s</i>⌋ + 1
      </p>
      <p>
        = ⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1
      </p>
      <p>
        = <strong>{lab.fits.value ? outSize : '—'}</strong>
      </p>
      {missed > 0 && <p class="note">{words.missed(stride, missed)}</p>}
    </div>
  );
}
