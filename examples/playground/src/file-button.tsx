import { useRef } from 'preact/hooks';

/** A button that asks for a file. */
export function FileButton(props: {
  class?: string;
  label: string;
  tip: string;
  /** Which kinds are offered, as `accept` of an input takes them. */
  accept: string;
  onFile(file: File): Promise<void>;
}) {
  const { label, tip, accept } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={props.class} title={tip} onClick={() => input.current?.click()}>
        {label}
      </button>
      <input
        ref={input}
        class="unseen"
        type="file"
        accept={accept}
        tabIndex={-1}
        aria-label={label}
        title={tip}
        onChange={async ({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) await props.onFile(file);
          currentTarget.value = ''; // So that the same file can be chosen again.
        }}
      />
    </>
  );
}
