import type { ComponentChildren } from 'preact';
import { handMadeFilters } from '../../../../src/inspect/index.js';
import { Pixels } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import { tapsOf } from './weights.js';

/** What a filter resembles: the nearest template, and the nearest hand-made filter. */
export function Likeness({ shown, filter }: { shown: Snapshot; filter: number }) {
  const { inspector: texts, filters: words, convolution } = useTexts();
  const { training } = useStore();
  const state = shown.measured;
  // While the network learns, it may be of a state shortly before.
  const behind = state?.step !== shown.step;
  const measured = behind && !training.isLearning.value ? null : state?.filters[filter];
  if (!state || !measured) return <Unmeasured />;
  const size = shown.shape[2];
  const taps = tapsOf(shown, filter);
  const { template, r2ori, nearest } = measured;
  const hand = nearest && handMadeFilters(size).find(({ name }) => name === nearest.name);
  const name = nearest ? (convolution.filter.names[nearest.name] ?? nearest.name) : '';
  const cosine = nearest ? Math.abs(nearest.cosine).toFixed(2) : '';
  const share = Number.isFinite(r2ori) ? r2ori : 0;
  return (
    <section class="likeness" aria-label={texts.template}>
      <Alike
        title={texts.template}
        tip={texts.templateTip(share)}
        note={texts.templateNote(words.classes[template.family], template.angle, share)}
      >
        <Alone values={turned(template.values, dot(template.values, taps))} size={size} label={texts.template} />
      </Alike>
      {nearest && hand ? (
        <Alike
          title={texts.handMade}
          tip={name}
          note={nearest.cosine < 0 ? texts.swapped(name, cosine) : texts.handMadeNote(name, cosine)}
        >
          <Alone values={turned(hand.values, nearest.cosine)} size={size} label={name} />
        </Alike>
      ) : (
        <p class="note">{texts.none}</p>
      )}
      {behind && <p class="note">{texts.behind(state.step)}</p>}
    </section>
  );
}

function Alike({
  title,
  tip,
  note,
  children,
}: {
  title: string;
  tip: string;
  note: string;
  children: ComponentChildren;
}) {
  return (
    <figure title={tip}>
      {children}
      <figcaption>
        <strong>{title}</strong>
        <span class="note">{note}</span>
      </figcaption>
    </figure>
  );
}

/** A small square picture on a scale of its own. */
function Alone({ values, size, label }: { values: Float64Array; size: number; label: string }) {
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  return <Pixels values={values} {...{ width: size, height: size, scale, label }} />;
}

/** Bright and dark change places where the likeness is a negative one. */
function turned(values: Float64Array, likeness: number): Float64Array {
  return likeness < 0 ? values.map((value) => -value) : values;
}

function dot(a: Float64Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
