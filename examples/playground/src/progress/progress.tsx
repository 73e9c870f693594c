import { useMemo, useRef } from 'preact/hooks';
import { useCalm, useInSight } from '../calm.js';
import { Card } from '../card.js';
import { Chart } from '../charts/chart.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import { Confusion } from './confusion.js';
import { Mistakes } from './mistakes.js';

/** How well the network does: over time, and where it errs. */
export function Progress() {
  const { training } = useStore();
  const { progress: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const scored = useCalm(training.scored, useInSight(box));
  const behind = training.counting.value;
  const mark = training.mark.value;
  return (
    <Card id="progress" title={texts.title} lede={texts.lede}>
      <div class="two" ref={box}>
        <Curve of="loss" mark={mark} />
        <Curve of="accuracy" mark={mark} />
      </div>
      {scored ? (
        <div class={behind ? 'two behind' : 'two'}>
          <p class="note across" data-testid="counted">
            {texts.after(scored.score.step)} {behind && texts.counting}
          </p>
          <Confusion confusion={scored.score.confusion} />
          <Mistakes {...scored} />
        </div>
      ) : (
        <Unmeasured waiting={texts.computing} />
      )}
    </Card>
  );
}

/** Loss or accuracy, on the digits that the network learns from and on those that it does not. */
function Curve({ of, mark }: { of: 'loss' | 'accuracy'; mark: number | null }) {
  const { training } = useStore();
  const { progress: texts } = useTexts();
  const points = training.points.value;
  const snapshots = training.snapshots.value;
  const { at, columns } = useMemo(() => {
    const learned = new Map(points.map((point) => [point.step, point[of]]));
    const unseen = new Map(
      snapshots.flatMap(({ step, measured }) => (measured?.heldOut ? [[step, measured.heldOut[of]] as const] : [])),
    );
    const steps = [...new Set([...learned.keys(), ...unseen.keys()])].sort((a, b) => a - b);
    const column = (known: Map<number, number>) => steps.map((step) => known.get(step) ?? null);
    return { at: steps, columns: [column(learned), column(unseen)] };
  }, [points, snapshots, of]);
  return (
    <div>
      <h3>{texts[of]}</h3>
      <Chart
        label={texts.chart(texts[of])}
        xLabel={texts.steps}
        lines={[
          { label: texts.train, color: '--second' },
          { label: texts.heldOut, color: '--accent' },
        ]}
        steps={at}
        columns={columns}
        range={of === 'accuracy' ? [0, 1] : undefined}
        percent={of === 'accuracy'}
        mark={mark}
      />
    </div>
  );
}
