import { useSignal } from '@preact/signals';
import { Card } from '../card.js';
import { CopyButton } from '../copy-button.js';
import { DEFAULTS, FIELDS, readValue, type Settings, writeSettings } from '../state/settings.js';
import { useStore } from '../state/store.js';
import { Term } from '../term.js';
import { useTexts } from '../texts/index.js';

/** The condition has a card of its own. */
const SHOWN = (Object.keys(FIELDS) as (keyof Settings)[]).filter((name) => name !== 'condition');

/** What the run is made of, the link that reproduces it, and the hash that proves it. */
export function SettingsCard() {
  const { settings, change } = useStore();
  const { settings: texts } = useTexts();
  return (
    <Card id="settings" title={texts.title} lede={texts.lede}>
      <form class="settings" onSubmit={(event) => event.preventDefault()}>
        {SHOWN.map((name) => (
          <SettingField key={name} name={name} value={settings.value[name]} />
        ))}
      </form>
      <div class="buttons">
        <CopyLink />
        <button type="button" title={texts.defaultsTip} onClick={() => change(DEFAULTS)}>
          {texts.defaults}
        </button>
      </div>
      <Hash />
    </Card>
  );
}

function SettingField({ name, value }: { name: keyof Settings; value: string | number }) {
  const { change } = useStore();
  const { settings: texts } = useTexts();
  const wrong = useSignal(false);
  const field = FIELDS[name];
  const id = `setting-${name}`;
  const set = (text: string) => {
    const read = readValue(name, text);
    wrong.value = read === null;
    if (read !== null && read !== value) change({ [name]: read });
  };
  return (
    <div class="field" title={texts.tips[name]}>
      <Term word={texts.names[name]} meaning={texts.tips[name]}>
        <label for={id}>{texts.names[name]}</label>
      </Term>
      {'choices' in field ? (
        <select id={id} value={value} onChange={({ currentTarget }) => set(currentTarget.value)}>
          {field.choices.map((choice) => (
            <option key={choice} value={choice}>
              {name === 'kernelSize'
                ? `${choice} × ${choice}`
                : (texts.choices[choice as keyof typeof texts.choices] ?? choice)}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="text"
          inputMode={field.whole ? 'numeric' : 'decimal'}
          autocomplete="off"
          value={value}
          aria-invalid={wrong.value}
          aria-describedby={wrong.value ? `${id}-wrong` : undefined}
          onChange={({ currentTarget }) => set(currentTarget.value)}
        />
      )}
      {wrong.value && !('choices' in field) && (
        <p class="wrong" id={`${id}-wrong`} role="alert">
          {texts.range(field.least, field.most, field.whole)}
        </p>
      )}
    </div>
  );
}

function CopyLink() {
  const { settings } = useStore();
  const { settings: texts } = useTexts();
  const link = `${location.origin}${location.pathname}${writeSettings(settings.value)}`;
  return <CopyButton text={link} tip={texts.copyTip} label={texts.copy} copied={texts.copied} />;
}

/** Two runs with the same hash have the same weights, to the last bit. */
function Hash() {
  const { training } = useStore();
  const { settings: texts } = useTexts();
  const result = training.result.value;
  const threads = training.prepared.value?.threads;
  return (
    <div class="hash">
      <p>
        {texts.hash} {result ? <code data-testid="hash">{result.hash}</code> : <span>{texts.noHash}</span>}
      </p>
      {result && threads && (
        <p class="note">{texts.took(result.trainSeconds.toFixed(1), Math.round(result.imagesPerSecond), threads)}</p>
      )}
      <p class="note">{texts.hashNote}</p>
    </div>
  );
}
