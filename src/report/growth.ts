import { largest } from '../inspect/pictures/panel.js';
import { type Html, html, section } from './html.js';
import { legend, tilesOf } from './images.js';
import { fixed, percent, whole } from './numbers.js';
import type { Subject } from './subject.js';

/** How many snapshots are printed. */
const PRINTED = 6;

/** The filters over the training, with a slider; in print, and without scripts, side by side. */
export function growthSection({ figures, options, draw }: Subject): Html | null {
  const { timeline, data, batchSize } = options;
  if (!timeline || timeline.snapshots.length === 0) return null;
  const { shape, snapshots } = timeline;
  const scale = largest(snapshots.map(({ weights }) => ({ values: weights })));
  const columns = Math.min(8, Math.ceil(shape[0] / (shape[0] > 3 ? 2 : 1)));
  const last = snapshots.length - 1;
  const printed = Array.from({ length: PRINTED }, (_, i) => Math.round((i * last) / (PRINTED - 1)));
  const frames = snapshots.map(({ step, accuracy, weights }, i) => {
    const studied = figures.timeline?.[i];
    const facts = [
      `step ${whole(step)}`,
      batchSize && data.train && `${whole(imagesSeen(step, batchSize, data.train.length))} images seen`,
      Number.isFinite(accuracy) && `held-out accuracy ${percent(accuracy)}`,
      studied && (studied.live === 0 ? 'all filters dead' : `mean R2ori ${fixed(studied.r2ori)}`),
    ];
    const tiles = tilesOf(weights, shape, scale);
    return html`<figure class="${printed.includes(i) ? 'frame printed' : 'frame'}">${draw(tiles, `the filters at step ${step}`, { columns })}
<figcaption>${facts.filter(Boolean).join(' · ')}</figcaption></figure>
`;
  });
  return section(
    'growth',
    'The filters through the training',
    html`<p class="controls" hidden><label for="moment">Moment of the training</label>
<input type="range" id="moment" min="0" max="${last}" step="1" value="0">
<button type="button" id="play">Play</button></p>
<div class="frames">${frames}</div>
${legend(draw, shape[1], scale, 'weight, one scale for all moments')}
<p class="caption">What to see: all ${whole(shape[0])} filters at ${snapshots.length} moments, closer together at the beginning, where most
happens as a rule. <span class="screen">Move the slider, also with the arrow keys.</span></p>
`,
  );
}

/** How many images were used up to a step; the last batch of an epoch may be smaller than the others. */
function imagesSeen(step: number, batchSize: number, images: number): number {
  const steps = Math.ceil(images / batchSize);
  return Math.floor(step / steps) * images + (step % steps) * batchSize;
}

/** A script that shows the frame which the slider or the button chooses; JavaScript that any browser runs. */
export const SLIDER = `
'use strict';
(() => {
  const slider = document.getElementById('moment');
  if (!slider) return;
  const frames = [...document.querySelectorAll('.frame')];
  const play = document.getElementById('play');
  let timer = 0;
  const show = (moment) => {
    slider.value = moment;
    frames.forEach((frame, i) => { frame.hidden = i !== moment; });
    slider.setAttribute('aria-valuetext', frames[moment].querySelector('figcaption').textContent);
  };
  const stop = () => {
    timer = clearInterval(timer);
    play.textContent = 'Play';
  };
  const next = () => {
    show((Number(slider.value) + 1) % frames.length);
    if (Number(slider.value) === frames.length - 1) stop();
  };
  slider.addEventListener('input', () => { stop(); show(Number(slider.value)); });
  play.addEventListener('click', () => {
    if (timer) return stop();
    play.textContent = 'Pause';
    timer = setInterval(next, 400);
  });
  document.querySelector('.controls').hidden = false;
  show(0);
})();
`;
