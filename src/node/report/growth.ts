import { filterPanels } from '../../inspect/pictures/filters.js';
import { largest } from '../../inspect/pictures/panel.js';
import { noTimeline } from './filters.js';
import { fixed, type Html, html, percent, section, whole } from './html.js';
import type { Subject } from './subject.js';

/** How many moments are printed where there is no slider. */
const PRINTED = 6;

/** The filters through the training, under a slider; on paper, and without scripts, side by side. */
export function growthSection({ figures, options, images }: Subject): Html {
  const heading = 'The filters through the training';
  const { timeline, digits, batchSize } = options;
  if (!timeline || timeline.snapshots.length === 0) {
    return section('growth', heading, html`<p>What the filters were on the way is not shown: ${noTimeline}</p>`);
  }
  const { shape, snapshots } = timeline;
  const panels = snapshots.map(({ weights }) => filterPanels(weights, shape));
  const scale = largest(panels.flat());
  const columns = Math.min(8, Math.ceil(shape[0] / (shape[0] > 3 ? 2 : 1)));
  const square = Math.max(2, Math.round(72 / shape[3]));
  const printed = new Set(
    Array.from({ length: PRINTED }, (_, i) => Math.round((i * (snapshots.length - 1)) / (PRINTED - 1))),
  );
  const frames = figures.timeline.map(({ step, accuracy, r2ori, live }, i) => {
    const seen = batchSize === undefined ? null : imagesSeen(step, batchSize, digits.train.length);
    const facts = [
      `step ${whole(step)}`,
      ...(seen === null ? [] : [`${whole(seen)} images seen`]),
      ...(Number.isFinite(accuracy) ? [`held-out accuracy ${percent(accuracy)}`] : []),
      live === 0 ? 'all filters dead' : `mean R2ori ${fixed(r2ori)}`,
    ];
    const picture = images.sheet(panels[i], `the filters at step ${step}`, { scale, square, columns });
    return html`<figure class="${printed.has(i) ? 'frame printed' : 'frame'}">${picture}
<figcaption>${facts.join(' · ')}</figcaption></figure>
`;
  });
  return section(
    'growth',
    heading,
    html`<p class="controls" hidden><label for="moment">Moment of the training</label>
<input type="range" id="moment" min="0" max="${snapshots.length - 1}" step="1" value="0">
<button type="button" id="play">Play</button></p>
<div class="frames">${frames}</div>
${images.legend(scale, 'weight, one scale for all moments')}
<p class="caption">What to see: all ${whole(shape[0])} filters at ${snapshots.length} moments, closer together at the beginning, where most
happens as a rule. <span class="screen">Move the slider, also with the arrow keys.</span></p>
`,
  );
}

/** The last batch of an epoch may be smaller than the others. */
function imagesSeen(step: number, batchSize: number, images: number): number {
  const steps = Math.ceil(images / batchSize);
  return Math.floor(step / steps) * images + (step % steps) * batchSize;
}

/** Shows one frame at a time and lets the slider and the button choose it. Plain old JavaScript, for any browser. */
export const SLIDER = `
'use strict';
(() => {
  const slider = document.getElementById('moment');
  if (!slider) return;
  const frames = [...document.querySelectorAll('.frame')];
  const play = document.getElementById('play');
  let timer = 0;
  const show = () => {
    frames.forEach((frame, i) => { frame.hidden = i !== Number(slider.value); });
    slider.setAttribute('aria-valuetext', frames[slider.value].querySelector('figcaption').textContent);
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = 'Play';
  };
  const next = () => {
    if (Number(slider.value) === frames.length - 1) return stop();
    slider.value = Number(slider.value) + 1;
    show();
  };
  slider.addEventListener('input', () => { stop(); show(); });
  play.addEventListener('click', () => {
    if (timer) return stop();
    if (Number(slider.value) === frames.length - 1) slider.value = 0;
    show();
    play.textContent = 'Pause';
    timer = setInterval(next, 400);
  });
  document.querySelector('.controls').hidden = false;
  show();
})();
`;
