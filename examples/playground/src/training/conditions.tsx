import { Card } from '../card.js';
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
    <Card id="conditions" title={texts.title} strip>
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
    </Card>
  );
}
