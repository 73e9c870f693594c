import { useSignal } from '@preact/signals';

/** A button that copies a text, and says so for two seconds. */
export function CopyButton(props: { text: string; tip: string; label: string; copied: string }) {
  const copied = useSignal(false);
  return (
    <button
      type="button"
      title={props.tip}
      onClick={async () => {
        await navigator.clipboard.writeText(props.text);
        copied.value = true;
        setTimeout(() => {
          copied.value = false;
        }, 2000);
      }}
    >
      <span aria-live="polite">{copied.value ? props.copied : props.label}</span>
    </button>
  );
}
