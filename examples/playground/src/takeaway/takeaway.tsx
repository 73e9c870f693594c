import '../styles/takeaway.css';
import { useSignal } from '@preact/signals';
import { filterGrid } from '../../../../src/inspect/index.js';
import { Card } from '../card.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { Load } from './load.js';
import { writeNetwork } from './network-file.js';
import { Program } from './run.js';
import { save } from './save.js';
import { useTakeawayTexts } from './texts.js';

/** What one can keep: the weights, the filters and the run. */
export function TakeawayCard() {
  const { training, replica, settings } = useStore();
  const texts = useTakeawayTexts();
  const failed = useSignal(false);
  // Only whether there is one: what is downloaded is asked for when it is.
  const ready = training.prepared.value !== null;
  const download = () => {
    const network = replica.peek();
    if (!network) return;
    const bytes = writeNetwork(network.model, settings.peek(), network.step);
    save('model.safetensors', new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/octet-stream' }));
  };
  const downloadPicture = () => {
    const [shown, untrained] = [training.shown.peek(), training.untrained.peek()];
    if (!shown) return;
    pictureOf(shown, untrained).toBlob((content) => {
      failed.value = content === null;
      if (content) save('filters.png', content);
    });
  };
  return (
    <Card id="takeaway" title={texts.title} lede={texts.lede}>
      <div class="takeaway">
        <section aria-label={texts.weights}>
          <h3>{texts.weights}</h3>
          <div class="buttons">
            <button type="button" title={texts.downloadTip} disabled={!ready} onClick={download}>
              {texts.download}
            </button>
            <Load />
          </div>
        </section>
        <section aria-label={texts.filters}>
          <h3>{texts.filters}</h3>
          <div class="buttons">
            <button type="button" title={texts.pngTip} disabled={!ready} onClick={downloadPicture}>
              {texts.png}
            </button>
          </div>
          {failed.value && (
            <p class="wrong" role="alert">
              {texts.pngFailed}
            </p>
          )}
        </section>
        <Program />
      </div>
    </Card>
  );
}

/** Filters beside their untrained twins, where these are known, with numbers and scale. */
function pictureOf({ weights, shape }: Snapshot, untrained: Snapshot | null): HTMLCanvasElement {
  const [filters, , size] = shape;
  const count = filters * size * size;
  const picture = filterGrid(weights.subarray(0, count), shape, { before: untrained?.weights.subarray(0, count) });
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  const pixels = new ImageData(new Uint8ClampedArray(picture.data), picture.width, picture.height);
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return canvas;
}
