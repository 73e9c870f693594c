import { useEffect, useState } from 'preact/hooks';
import { ConvgradError, FormatError } from '../../../../src/index.js';
import { FileButton } from '../file-button.js';
import { useStore } from '../state/store.js';
import { detailOf } from '../worker/failure.js';
import { NotFinite, readNetwork, WrongSettings } from './network-file.js';
import type { TakeawayTexts } from './texts.en.js';
import { useTakeawayTexts } from './texts.js';

/** Nothing that belongs here is larger, in MB: a film chosen by mistake is not read. */
const LARGEST = 50;

/** A file chosen by the visitor becomes the network that the page shows; or it is said why not, and nothing changes. */
export function Load() {
  const { settings, load, training } = useStore();
  const texts = useTakeawayTexts();
  const [refused, setRefused] = useState<string | null>(null);
  const loaded = training.loaded.value;
  const prepared = training.prepared.value;
  useEffect(() => setRefused(null), [prepared]); // There is another network since.
  const read = async (file: File) => {
    const refuse = (reason: string) => setRefused(texts.refused(file.name, reason));
    if (file.size > LARGEST * 1e6) {
      refuse(texts.tooLarge(LARGEST));
      return;
    }
    try {
      load(file.name, readNetwork(new Uint8Array(await file.arrayBuffer()), settings.peek()));
    } catch (error) {
      refuse(reasonOf(error, texts));
    }
  };
  return (
    <>
      <FileButton label={texts.load} tip={texts.loadTip} accept=".safetensors" onFile={read} />
      <p class="note">{texts.loadNote}</p>
      {loaded && (
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

/** What is wrong with a file, in the reader's language; what the engine says of it stands behind, for those who made it. */
function reasonOf(error: unknown, texts: TakeawayTexts): string {
  if (error instanceof NotFinite) return texts.notFinite;
  if (error instanceof WrongSettings) return texts.wrongSettings(error.refused.join(', '));
  if (error instanceof FormatError) return texts.noNetwork(error.detail);
  if (error instanceof ConvgradError) return texts.otherNetwork(error.detail);
  return texts.unreadable(detailOf(error));
}
