/** One of a few, side by side: radio buttons that look like one switch. */
export function Choice<Value extends string>({
  name,
  label,
  title,
  value,
  choices,
  onChange,
}: {
  /** Unique in the page. */
  name: string;
  label: string;
  title?: string;
  value: Value;
  choices: readonly { value: Value; text: string; title?: string }[];
  onChange(value: Value): void;
}) {
  return (
    <fieldset class="choice" title={title}>
      <legend class="unseen">{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} title={choice.title ?? title}>
          <input
            type="radio"
            name={name}
            value={choice.value}
            checked={choice.value === value}
            onChange={() => onChange(choice.value)}
          />
          <span>{choice.text}</span>
        </label>
      ))}
    </fieldset>
  );
}
