import { Choice } from '../choice.js';
import { type Condition, FIELDS } from '../state/settings.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';

/** What the network learns from: the digits, or one of the controls. */
export function Conditions() {
  const { settings, change } = useStore();
  const { conditions: texts } = useTexts();
  const { condition } = settings.value;
  const field = FIELDS.condition;
  const choices = 'choices' in field ? (field.choices as Condition[]) : [];
  return (
    <section class="card strip" id="conditions" aria-labelledby="conditions-title">
      <h2 id="conditions-title">{texts.title}</h2>
      <Choice
        name="condition"
        label={texts.title}
        value={condition}
        choices={choices.map((value) => ({ value, text: texts.names[value], title: texts.tips[value] }))}
        onChange={(value) => change({ condition: value })}
      />
      <p class="note" aria-live="polite">
        {texts.tips[condition]}
      </p>
    </section>
  );
}
