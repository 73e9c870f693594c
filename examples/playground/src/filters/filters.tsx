import { useMemo } from 'preact/hooks';
import { Card } from '../card.js';
import { goTo } from '../go-to.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import type { MeasuredFilter } from '../worker/messages.js';
import { EmergenceView } from './emergence.js';
import { Legend } from './legend.js';
import { TimelineSlider } from './timeline.js';

/** The filters of conv1 beside their untrained twins, how they compare with chance, and the way back through the training. */
export function Filters() {
  const { training } = useStore();
  const { filters: texts } = useTexts();
  const shown = training.shown.value;
  const untrained = training.untrained.value;
  return (
    <Card id="filters" title={texts.title} lede={texts.lede}>
      {shown && untrained ? <FilterGrid shown={shown} untrained={untrained} /> : <Unmeasured waiting={texts.loading} />}
      <TimelineSlider />
      <EmergenceView />
    </Card>
  );
}

function FilterGrid({ shown, untrained }: { shown: Snapshot; untrained: Snapshot }) {
  const { parts, training } = useStore();
  const { filters: texts, inspector } = useTexts();
  const inspect = (index: number) => {
    parts.filter.value = index;
    goTo('inspector');
  };
  const now = taps(shown);
  const before = useMemo(() => taps(untrained), [untrained]);
  const scale = Math.max(roundScale(now.flat()), roundScale(before.flat()));
  const state = training.measured.value;
  const measured = state?.filters;
  const labels = useMemo(
    () => now.map((_, i) => <FilterLabel measured={measured?.[i] ?? null} />),
    [measured, now.length],
  );
  return (
    <>
      <div class="filter-head">
        <p class="note">
          {texts.rows} {texts.labels(state?.step ?? null)}
        </p>
        <Legend scale={scale} label={texts.legend} />
      </div>
      <ul class="filter-grid">
        {now.map((values, i) => (
          <li key={i}>
            <div class="twin" title={texts.twin(i)}>
              <Square values={before[i] ?? values} size={shown.shape[2]} scale={scale} label={texts.twin(i)} />
            </div>
            <button type="button" class="now" title={inspector.open(i)} onClick={() => inspect(i)}>
              <Square values={values} size={shown.shape[2]} scale={scale} label={texts.filter(i)} />
            </button>
            {labels[i]}
          </li>
        ))}
      </ul>
    </>
  );
}

function Square({ values, size, scale, label }: { values: number[]; size: number; scale: number; label: string }) {
  return <Pixels values={values} width={size} height={size} scale={scale} label={label} />;
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

/** The taps of each filter of conv1, which has one input channel. */
function taps({ weights, shape: [filters, , height, width] }: Snapshot): number[][] {
  const area = height * width;
  return Array.from({ length: filters }, (_, i) => Array.from(weights.subarray(i * area, (i + 1) * area)));
}
