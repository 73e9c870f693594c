import { Probabilities } from '../draw/probabilities.js';
import { useTexts } from '../texts/index.js';
import { StageMaps } from './stage.js';
import { STAGES, type Stage, type Trace } from './trace.js';
import type { View } from './view.js';

/** From this width on, in pixels, all layers stand beside each other; below they stand under each other. */
const WIDE = 720;
/** Below this width the maps of a layer take two lines. */
const NARROW = 520;
/** Maps under each other in a layer beside others. */
const LINES = 6;

/** How many maps of a layer stand side by side: in lines that are as full as each other. */
function columnsIn(width: number, maps: number): number {
  if (width >= WIDE) return Math.ceil(maps / LINES);
  return Math.ceil(maps / Math.ceil(maps / (width >= NARROW ? 16 : 8)));
}

/** The width that so many maps need at most, in pixels: one filter alone need not fill the page. */
function roomFor(columns: number): number {
  return Math.max(200, 90 * columns);
}

/** All layers behind the input. */
export function Strip({
  view,
  trace,
  width,
  empty,
  quiet,
}: {
  view: View;
  trace: Trace | null;
  /** The width that there is, in pixels. */
  width: number;
  /** Whether there is no image. */
  empty: boolean;
  /** Whether what it says changes too often to be read aloud. */
  quiet: boolean;
}) {
  const { network: texts } = useTexts();
  return (
    <section class={width >= WIDE ? 'net-strip wide' : 'net-strip'} aria-label={texts.strip}>
      {STAGES.slice(1, -1).map((stage) => {
        if (!trace) return null;
        const columns = columnsIn(width, trace.stages[stage].channels);
        return (
          <div key={stage} class="net-stage" style={{ flexGrow: columns, maxWidth: `${roomFor(columns)}px` }}>
            <StageName {...{ view, trace, stage }} />
            <StageMaps {...{ view, trace, stage, columns }} opens="layer" name={`strip-${stage}`} />
          </div>
        );
      })}
      <div class="net-stage net-outputs">
        {trace && <StageName {...{ view, trace }} stage="classes" />}
        <Probabilities
          empty={empty}
          quiet={quiet}
          probabilities={trace && Array.from(trace.stages.classes.values)}
          onPoint={(digit) => {
            view.pointed.value = digit === null ? null : classUnit(digit);
          }}
          onOpen={(digit, touched) => view.press('layer', classUnit(digit), touched)}
        />
      </div>
    </section>
  );
}

export function classUnit(digit: number) {
  return { stage: 'classes', channel: digit, row: 0, column: 0 } as const;
}

/** The name of a layer and the size of what it gives: a button that opens it. */
export function StageName({ view, trace, stage }: { view: View; trace: Trace; stage: Stage }) {
  const { network: texts } = useTexts();
  const { channels, height, width } = trace.stages[stage];
  const open = view.level.value !== 'overview' && view.stage.value === stage;
  return (
    <button
      type="button"
      class={open ? 'net-name open' : 'net-name'}
      title={texts.open(texts.stages[stage])}
      aria-expanded={open}
      onClick={() => {
        const chosen = view.chosen.peek();
        const middle = { stage, channel: 0, row: height >> 1, column: width >> 1 };
        view.open('layer', chosen?.stage === stage ? chosen : middle);
      }}
    >
      <b>{texts.stages[stage]}</b>
      <small>{stage === 'classes' ? texts.outputs : texts.size(channels, height, width)}</small>
    </button>
  );
}
