import { computed, useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useMemo } from 'preact/hooks';
import { useCalm } from '../calm.js';
import { Card } from '../card.js';
import { short } from '../convolution/numbers.js';
import { goTo } from '../go-to.js';
import { LivePixels, Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { Term } from '../term.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import type { MeasuredFilter } from '../worker/messages.js';
import { EmergenceView } from './emergence.js';
import { Legend } from './legend.js';
import { TimelineSlider } from './timeline.js';

const CLASSES = ['edge', 'line', 'blob', 'unclassified', 'dead'] as const;

/** The filters of conv1 beside their untrained twins, how they compare with chance, and the way back through the training. */
export function Filters() {
  const { training } = useStore();
  const { filters: texts } = useTexts();
  const isThere = useComputed(() => training.shown.value !== null);
  const first = useComputed(() => training.snapshots.value.at(0) ?? null).value;
  return (
    <Card id="filters" title={texts.title} lede={texts.lede}>
      {isThere.value && first ? <FilterGrid first={first} /> : <Unmeasured waiting={texts.loading} />}
      <TimelineSlider />
      <EmergenceView />
    </Card>
  );
}

/** @param first the state that the timeline begins with */
function FilterGrid({ first }: { first: Snapshot }) {
  const { training } = useStore();
  const { filters: texts } = useTexts();
  const [count, , size] = first.shape;
  const before = useMemo(() => (first.step === 0 ? tapsOf(first) : null), [first.weights]);
  // The filters move at full speed, and nothing but their squares is drawn for it; and not when they are only measured.
  const weights = useComputed(() => training.shown.value?.weights ?? null);
  const now = useMemo(() => {
    const area = size * size;
    return Array.from({ length: count }, (_, i) =>
      computed(() => weights.value?.subarray(i * area, (i + 1) * area) ?? null),
    );
  }, [count, size]);
  const scale = useComputed(() => {
    const twins = training.untrained.value?.weights;
    return Math.max(...[weights.value, twins].map((all) => roundScale(all?.subarray(0, count * size * size) ?? [])));
  });
  const state = useCalm(training.measured, true);
  return (
    <>
      <div class="filter-head">
        <p class="note">
          {before ? texts.rows : texts.rowsAlone}{' '}
          <Term word={texts.words} meaning={CLASSES.map((name) => texts.classTips[name]).join(' ')} />
          {texts.and} <Term word="R²" meaning={texts.fitMeans} />
          {texts.labels(state?.step ?? null)}
        </p>
        <Legend scale={scale.value} label={texts.legend} />
      </div>
      <ul class={training.prepared.value ? 'filter-grid' : 'filter-grid behind'}>
        {now.map((values, i) => {
          const measured = state?.filters[i] ?? null;
          return (
            <li key={i}>
              {before && (
                <div class="twin" title={texts.twin(i)}>
                  <Pixels
                    values={before[i]}
                    {...{ width: size, height: size, scale: scale.value }}
                    label={`${texts.twin(i)}: ${rangeOf(before[i])}`}
                    signs
                  />
                </div>
              )}
              <Now index={i}>
                <LivePixels
                  values={values}
                  {...{ width: size, height: size, scale: scale.value }}
                  label={`${texts.filter(i)}: ${rangeOf(values.peek() ?? [])}`}
                  signs
                />
              </Now>
              <FilterLabel measured={measured} />
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** Opens the inspector with a filter. */
function Now({ index, children }: { index: number; children: ComponentChildren }) {
  const { parts } = useStore();
  const { inspector } = useTexts();
  const inspect = () => {
    parts.filter.value = index;
    goTo('inspector');
  };
  return (
    <button type="button" class="now" title={inspector.open(index)} onClick={inspect}>
      {children}
    </button>
  );
}

/** The smallest and the largest of the weights, to be read. */
function rangeOf(values: ArrayLike<number>): string {
  const all = Array.from(values);
  return `${short(Math.min(...all))} – ${short(Math.max(...all))}`;
}

/** Class, orientation and template fit of one filter. */
function FilterLabel({ measured }: { measured: MeasuredFilter | null }) {
  const { filters: texts } = useTexts();
  if (!measured) return <p class="filter-label">…</p>;
  const { class: name, r2ori, template } = measured;
  const oriented = name === 'edge' || name === 'line';
  const share = Number.isFinite(r2ori) ? r2ori : 0;
  return (
    <div class="filter-label">
      <span class={`class ${name}`} title={texts.classTips[name]}>
        {texts.classes[name]}
        {oriented && ` ${template.angle.toFixed(0)}°`}
      </span>
      <span class="fit" title={texts.fitTip(share)}>
        R² {share.toFixed(2)}
        <meter min={0} max={1} value={share} aria-label={texts.fitTip(share)} />
      </span>
    </div>
  );
}

/** The weights of each filter of conv1, which has one input channel. */
function tapsOf(snapshot: Snapshot): Float32Array[] {
  const [filters, , height, width] = snapshot.shape;
  const area = height * width;
  return Array.from({ length: filters }, (_, i) => snapshot.weights.subarray(i * area, (i + 1) * area));
}
