import { useMemo, useRef } from 'preact/hooks';
import { useCalm, useInSight } from '../calm.js';
import { Card } from '../card.js';
import { Chart } from '../charts/chart.js';
import { UNKNOWN } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import type { HeldOut } from '../worker/held-out.js';
import type { HeldOutScore } from '../worker/messages.js';
import { Confusion } from './confusion.js';
import { Mistakes } from './mistakes.js';

/** How well the network does: over time, and where it errs. */
export function Progress() {
  const { training } = useStore();
  const { progress: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const inSight = useInSight(box);
  const scored = useCalm(training.scored, inSight);
  const behind = training.counting.value;
  const mark = training.mark.value;
  return (
    <Card id="progress" title={texts.title} lede={texts.lede}>
      <div class="two" ref={box}>
        <Curve of="loss" mark={mark} inSight={inSight} />
        <Curve of="accuracy" mark={mark} inSight={inSight} />
      </div>
      {scored ? (
        <div class={behind ? 'two behind' : 'two'}>
          <p class="note across" data-testid="counted">
            {texts.after(scored.score.step, someOf(scored))} {behind && texts.counting}
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
function Curve({ of, mark, inSight }: { of: 'loss' | 'accuracy'; mark: number | null; inSight: boolean }) {
  const { training } = useStore();
  const { progress: texts } = useTexts();
  const points = useCalm(training.points, inSight);
  const snapshots = useCalm(training.snapshots, inSight);
  const some = snapshots.find((state) => state.measured && !training.isWhole(state))?.measured?.heldOut?.digits ?? null;
  const { at, columns } = useMemo(() => {
    const learned = new Map(points.map((point) => [point.step, point[of]]));
    const unseen = new Map(
      snapshots.flatMap(({ step, measured }) =>
        measured?.heldOut && step !== UNKNOWN ? [[step, measured.heldOut[of]] as const] : [],
      ),
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
          { label: some === null ? texts.heldOut : texts.someHeldOut(some), color: '--accent' },
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

/** How many of the held-out digits were counted; null for all. */
function someOf({ score, heldOut }: { score: HeldOutScore; heldOut: HeldOut }): number | null {
  return score.digits < heldOut.length ? score.digits : null;
}
