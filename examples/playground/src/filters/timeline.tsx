import { useRef } from 'preact/hooks';
import { useCalm, useInSight } from '../calm.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';

/** A slider over the states that the timeline keeps. */
export function TimelineSlider() {
  const { training } = useStore();
  const { timeline: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const inSight = useInSight(box);
  const selected = training.selected.value;
  const shown = useCalm(training.shown, inSight);
  const last = Math.max(0, useCalm(training.snapshots, inSight).length - 1);
  const { accuracy, loss, lag, some } = training.standingOf(shown);
  const step = shown?.step ?? 0;
  const words =
    lag === null ? texts.standing(step, accuracy, loss, some) : texts.behind(step, lag, accuracy, loss, some);
  return (
    <div class="timeline" id="timeline" ref={box}>
      <label for="timeline-slider">{texts.title}</label>
      <input
        id="timeline-slider"
        type="range"
        min={0}
        max={last}
        step={1}
        value={selected ?? last}
        disabled={last === 0}
        title={texts.tip}
        aria-valuetext={words}
        onInput={({ currentTarget }) => {
          training.selected.value = Number(currentTarget.value);
        }}
      />
      <button
        type="button"
        class="live"
        aria-pressed={selected === null}
        title={texts.liveTip}
        onClick={() => {
          training.selected.value = null;
        }}
      >
        <span aria-hidden="true">●</span> {texts.live}
      </button>
      <span class="reading">{words}</span>
    </div>
  );
}
