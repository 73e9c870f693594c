import { useState } from 'preact/hooks';
import { Card } from '../card.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { EXPERIMENT_NAMES, type Experiment, experimentOf, settingsOf } from './experiments.js';

/** Buttons that set everything for an experiment, what to look for in each, and what one should see. */
export function Presets() {
  const { settings, change } = useStore();
  const { presets: texts } = useTexts();
  const active = experimentOf(settings.value);
  // Which one somebody points at, who wants to know what it asks before it is chosen.
  const [pointed, setPointed] = useState<Experiment | null>(null);
  const asked = pointed ?? active;
  return (
    <Card id="presets" title={texts.title} strip>
      <div class="experiments">
        {EXPERIMENT_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={name === active}
            title={texts.asks[name]}
            onClick={() => change(settingsOf(name))}
            onPointerEnter={({ pointerType }) => pointerType === 'mouse' && setPointed(name)}
            onPointerLeave={() => setPointed(null)}
            onFocus={() => setPointed(name)}
            onBlur={() => setPointed(null)}
          >
            {texts.names[name]}
          </button>
        ))}
      </div>
      <p class="note asks" aria-live="polite">
        {asked ? texts.question + texts.asks[asked] : texts.none}
      </p>
      {active && (
        <details class="answer" key={active}>
          <summary title={texts.answerTip}>{texts.answer(texts.names[active])}</summary>
          <p>
            {texts.answers[active]} <span class="note">{texts.measured}</span>
          </p>
        </details>
      )}
    </Card>
  );
}
