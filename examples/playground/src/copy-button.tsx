import { useSignal } from '@preact/signals';
import { useTexts } from './texts/index.js';

/** A button that copies a text, and says for two seconds whether it could. */
export function CopyButton(props: { text: string; tip: string; label: string; copied: string }) {
  const { trouble } = useTexts();
  const said = useSignal('');
  return (
    <button
      type="button"
      title={props.tip}
      onClick={async () => {
        try {
          await navigator.clipboard.writeText(props.text);
          said.value = props.copied;
        } catch {
          said.value = trouble.notCopied; // Forbidden, or the page came without https.
        }
        setTimeout(() => {
          said.value = '';
        }, 2000);
      }}
    >
      <span aria-live="polite">{said.value || props.label}</span>
    </button>
  );
}
