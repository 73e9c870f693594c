import { useLayoutEffect, useRef } from 'preact/hooks';

interface LateRadioProps {
  name: string;
  title: string;
  text: string;
  checked: boolean;
  disabled?: boolean;
  onChange: () => void;
}

/** A radio button whose choice may come late, or not at all: until it has come, the one before stays checked. */
export function LateRadio({ name, title, text, checked, disabled, onChange }: LateRadioProps) {
  const input = useRef<HTMLInputElement>(null);
  // The browser has checked what was clicked, and a property that stays the same is not set again.
  useLayoutEffect(() => {
    input.current!.checked = checked;
  });
  return (
    <label title={title}>
      <input ref={input} type="radio" name={name} checked={checked} disabled={disabled} onChange={onChange} />
      <span>{text}</span>
    </label>
  );
}
