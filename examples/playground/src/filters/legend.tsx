import { Pixels } from '../pictures/pixels.js';

const WIDTH = 101;
const RAMP = Array.from({ length: WIDTH }, (_, i) => (2 * i) / (WIDTH - 1) - 1);

/** What the colors mean: from -scale by 0 to scale. */
export function Legend({ scale, label }: { scale: number; label: string }) {
  const end = Number(scale.toPrecision(2));
  return (
    <div class="legend">
      <span>−{end}</span>
      <div>
        <Pixels values={RAMP} width={WIDTH} height={1} label={`${label}: −${end} – 0 – ${end}`} />
        <span class="zero">0</span>
      </div>
      <span>+{end}</span>
    </div>
  );
}
