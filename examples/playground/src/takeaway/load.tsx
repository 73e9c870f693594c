import { useRef, useState } from 'preact/hooks';
import { ConvgradError } from '../../../../src/index.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { readNetwork } from './network-file.js';

/** Nothing that belongs here is larger, in bytes: a film chosen by mistake is not read. */
const LARGEST = 50_000_000;

/** A file chosen by the visitor becomes the network that the page shows; or it is said why not, and nothing changes. */
export function Load() {
  const { settings, load, training } = useStore();
  const { takeaway: texts } = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const loaded = training.loaded.value;
  const read = async (file: File) => {
    try {
      if (file.size > LARGEST) throw new Error(`${file.size} bytes are too many`);
      load(file.name, readNetwork(new Uint8Array(await file.arrayBuffer()), settings.peek()));
      setRefused(null);
    } catch (error) {
      setRefused(texts.refused(file.name, reasonOf(error)));
    }
  };
  return (
    <>
      <button type="button" title={texts.loadTip} onClick={() => input.current?.click()}>
        {texts.load}
      </button>
      <input
        ref={input}
        class="unseen"
        type="file"
        accept=".safetensors"
        tabIndex={-1}
        aria-label={texts.load}
        title={texts.loadTip}
        onChange={async ({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) await read(file);
          currentTarget.value = ''; // So that the same file can be chosen again.
        }}
      />
      <p class="note">{texts.loadNote}</p>
      {loaded && !refused && (
        <p class="verdict outside" role="status">
          {texts.loaded(loaded.name, loaded.hash)}
        </p>
      )}
      {refused && (
        <p class="trouble" role="alert">
          {refused}
        </p>
      )}
    </>
  );
}

function reasonOf(error: unknown): string {
  if (error instanceof ConvgradError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
