import type { Values } from '../../../../src/inspect/index.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import type { Look } from './look.js';

/** The feature maps of both convolutions. */
export function Maps({ look }: { look: Look }) {
  const { draw: texts } = useTexts();
  return (
    <>
      <MapRow layer={1} maps={look.conv1} />
      <MapRow layer={2} maps={look.conv2} />
      <p class="note">{texts.mapsNote}</p>
    </>
  );
}

function MapRow({ layer, maps: { shape, values } }: { layer: 1 | 2; maps: Values }) {
  const { parts } = useStore();
  const { draw: texts } = useTexts();
  const [channels, height, width] = shape;
  const scale = roundScale(values);
  return (
    <div>
      <h3>{texts.maps(layer, channels)}</h3>
      <ul class="map-row">
        {Array.from({ length: channels }, (_, i) => {
          const map = values.subarray(i * height * width, (i + 1) * height * width);
          return (
            <li key={i} class={layer === 1 && parts.filter.value === i ? 'chosen' : ''}>
              <span title={texts.map(layer, i)}>
                <Pixels values={map} {...{ width, height, scale }} label={texts.map(layer, i)} />
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
