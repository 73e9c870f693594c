import { useState } from 'preact/hooks';
import { diverging } from '../../../../src/inspect/index.js';
import { short } from '../convolution/numbers.js';
import { goTo } from '../go-to.js';
import { css, textOn } from '../pictures/colors.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { composedOf, fieldOf, type Slice, slicesOf } from './combining.js';
import { useLayersTexts } from './texts.js';

/** How many are shown at first. */
const SHOWN = 6;
/** A filter of conv1 with a norm below this share of the largest finds next to nothing. */
const DEAD = 0.05;

/** Which filters of conv1 a filter of conv2 adds up, and with which weights. */
export function Edges({ shown, filter }: { shown: Snapshot; filter: number }) {
  const texts = useLayersTexts();
  const [all, setAll] = useState(false);
  const slices = slicesOf(shown, filter);
  const listed = all ? slices : slices.slice(0, SHOWN);
  const carried = listed.reduce((sum, { share }) => sum + share, 0);
  const edges = Array.from({ length: slices.length }, (_, i) => tapsOf(shown, i));
  const norms = edges.map((taps) => Math.hypot(...taps));
  const dead = (channel: number) => norms[channel] < DEAD * Math.max(...norms);
  const scales = {
    edges: roundScale(shown.weights.subarray(0, edges.length * edges[0].length)),
    taps: slices.reduce((most, { weights }) => weights.reduce((peak, w) => Math.max(peak, Math.abs(w)), most), 1e-6),
    products: Math.max(...slices.map(({ channel }) => roundScale(composedOf(shown, filter, [channel])))),
  };
  return (
    <section class="edges" aria-label={texts.edges(filter)}>
      <h4>{texts.edges(filter)}</h4>
      <p class="note">{texts.edgesNote}</p>
      <ol>
        {/* Keyed by place: Chromium leaves rows without a box that are moved while the card is out of sight. */}
        {listed.map((slice, i) => (
          <li key={i} data-channel={slice.channel}>
            <Edge {...{ shown, filter, slice, scales }} taps={edges[slice.channel]} dead={dead(slice.channel)} />
          </li>
        ))}
      </ol>
      <p data-testid="layers-carried">
        {texts.carried(listed.length, slices.length, percent(carried))}{' '}
        {slices.length > SHOWN && (
          <button type="button" title={texts.allTip} aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? texts.fewer(SHOWN) : texts.all(slices.length)}
          </button>
        )}
      </p>
    </section>
  );
}

/** One filter of conv1, its nine weights, and what the two make together. */
function Edge({
  shown,
  filter,
  slice,
  taps,
  dead,
  scales,
}: {
  shown: Snapshot;
  filter: number;
  slice: Slice;
  taps: Float32Array;
  dead: boolean;
  scales: { edges: number; taps: number; products: number };
}) {
  const { parts } = useStore();
  const texts = useLayersTexts();
  const { inspector } = useTexts();
  const { channel, weights, norm, share, sum, sign } = slice;
  const [size, field] = [shown.shape[2], fieldOf(shown)];
  const inspect = () => {
    parts.filter.value = channel;
    goTo('inspector');
  };
  return (
    <>
      <button type="button" class="edge-filter" title={inspector.open(channel)} onClick={inspect}>
        <Pixels values={taps} width={size} height={size} scale={scales.edges} label={inspector.open(channel)} />
        <span aria-hidden="true">{texts.edge(channel)}</span>
      </button>
      <span aria-hidden="true">×</span>
      <table class="weight-table" aria-label={texts.slice(channel)}>
        <tbody>
          {[0, 1, 2].map((row) => (
            <tr key={row}>
              {Array.from(weights.subarray(3 * row, 3 * row + 3), (weight, column) => {
                const color = diverging(weight / scales.taps);
                return (
                  <td key={column} style={{ background: css(color), color: textOn(color) }}>
                    {short(weight)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <span aria-hidden="true">=</span>
      <Pixels
        values={composedOf(shown, filter, [channel])}
        {...{ width: field, height: field, scale: scales.products }}
        label={texts.product(channel)}
      />
      <p>
        <strong class={sign}>{texts.signs[sign]}</strong>
        {texts.sizes(signed(sum), norm.toFixed(2), percent(share))}
        {dead && texts.dead}
      </p>
    </>
  );
}

/** [k, k], of a filter of conv1. */
function tapsOf({ weights, shape }: Snapshot, filter: number): Float32Array {
  const area = shape[2] * shape[3];
  return weights.subarray(filter * area, (filter + 1) * area);
}

function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function signed(value: number): string {
  const text = Math.abs(value).toFixed(2);
  return Number(text) === 0 ? text : `${value > 0 ? '+' : '−'}${text}`;
}
