/** Play, pause, step and the speed. */
import { useEffect } from 'preact/hooks';
import { SPEEDS } from './choices.js';
import type { Lab } from './lab.js';
import type { ConvolutionTexts } from './texts.en.js';

const ICONS = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M4 3h3v10H4zM9 3h3v10H9z',
  back: 'M12 3v10L6 8zM4 3h2v10H4z',
  step: 'M4 3v10l6-5zM10 3h2v10h-2z',
  restart: 'M8 3V1L4 4l4 3V5a3.5 3.5 0 1 1-3.5 3.5h-2A5.5 5.5 0 1 0 8 3z',
  all: 'M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z',
};

export function Controls({ lab, texts }: { lab: Lab; texts: ConvolutionTexts }) {
  const words = texts.controls;
  const playing = lab.playing.value;
  usePlaying(lab, playing);
  const button = (icon: keyof typeof ICONS, name: string, tip: string, act: () => void) => (
    <button type="button" class={`control ${icon}`} title={tip} disabled={!lab.fits.value} onClick={act}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={ICONS[icon]} />
      </svg>
      {name}
    </button>
  );
  return (
    <fieldset class="controls">
      <legend class="unseen">{words.label}</legend>
      {playing
        ? button('pause', words.pause, words.pauseTip, () => lab.pause())
        : button('play', words.play, words.playTip, () => lab.play())}
      {button('back', words.back, words.backTip, () => lab.step(-1))}
      {button('step', words.step, words.stepTip, () => lab.step(1))}
      {button('restart', words.restart, words.restartTip, () => lab.restart())}
      {button('all', words.all, words.allTip, () => lab.fillAll())}
      <label class="speed" title={words.speedTip}>
        {words.speed}
        <input
          type="range"
          min={0}
          max={SPEEDS.length - 1}
          value={lab.speed.value}
          aria-valuetext={words.perSecond(SPEEDS[lab.speed.value])}
          onInput={(event) => {
            lab.speed.value = event.currentTarget.valueAsNumber;
          }}
        />
        <output>{words.perSecond(SPEEDS[lab.speed.value])}</output>
      </label>
    </fieldset>
  );
}

/** Moves the window at its speed while it plays: at most once a frame, by several positions when it is fast. */
function usePlaying(lab: Lab, playing: boolean): void {
  useEffect(() => {
    if (!playing) return;
    let due = 0;
    let last = performance.now();
    const frame = (now: number) => {
      due += (Math.max(0, now - last) / 1000) * SPEEDS[lab.speed.value];
      last = now;
      if (due >= 1) lab.advance(Math.floor(due));
      due %= 1;
      request = requestAnimationFrame(frame);
    };
    let request = requestAnimationFrame(frame);
    return () => cancelAnimationFrame(request);
  }, [lab, playing]);
}
