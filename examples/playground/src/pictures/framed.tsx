import { ink } from '../../../../src/inspect/index.js';
import { Pixels } from './pixels.js';

/** A digit of 28x28 pixels with a frame on the square that a filter sees; all in pixels. */
export function Framed(props: { values: Float32Array; label: string; top: number; left: number; size: number }) {
  const share = (pixels: number) => `${(100 * pixels) / 28}%`;
  const size = share(props.size);
  return (
    <>
      <Pixels values={props.values} width={28} height={28} color={ink} label={props.label} />
      <i style={{ top: share(props.top), left: share(props.left), width: size, height: size }} />
    </>
  );
}
