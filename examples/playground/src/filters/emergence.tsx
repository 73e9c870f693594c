import { useMemo, useRef } from 'preact/hooks';
import { pText } from '../../../../src/report/index.js';
import { useCalm, useInSight } from '../calm.js';
import { Chart } from '../charts/chart.js';
import { UNKNOWN } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { Term } from '../term.js';
import { useTexts } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import type { Measured } from '../worker/messages.js';

/** Above this a p-value says nothing: the bands that are drawn hold the other 99%. */
const LEVEL = 0.01;

/** The layer's statistic over the training, over the bands in which chance keeps it, and what follows, in words. */
export function EmergenceView() {
  const { training } = useStore();
  const { emergence: texts } = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const inSight = useInSight(box);
  const snapshots = useCalm(training.snapshots, inSight);
  const measured = useCalm(training.measured, inSight);
  const { steps, columns } = useMemo(() => {
    const known = snapshots.flatMap(({ step, measured }) => (measured && step !== UNKNOWN ? [{ step, measured }] : []));
    const column = (of: (measured: Measured) => number) => known.map(({ measured }) => of(measured));
    const [first] = known;
    const columns = [
      column(({ nulls }) => nulls.smooth.layer99),
      column(({ nulls }) => nulls.independent.layer99),
      column(() => first.measured.r2ori),
      column(({ r2ori }) => r2ori),
    ];
    return { steps: known.map(({ step }) => step), columns };
  }, [snapshots]);
  const lines = [
    { label: texts.smoothBand, color: '--band-smooth', filled: true },
    { label: texts.independentBand, color: '--band-independent', filled: true },
    { label: texts.twin, color: '--quiet', dashed: true },
    { label: texts.layer, color: '--accent' },
  ];
  return (
    <div class="emergence" id="emergence" ref={box}>
      <div>
        <h3>{texts.title}</h3>
        <Chart
          label={texts.chart}
          xLabel={texts.steps}
          lines={lines}
          steps={steps}
          columns={columns}
          range={[0, 1]}
          mark={training.mark.value}
        />
      </div>
      <Words measured={measured} />
    </div>
  );
}

function Words({ measured }: { measured: Measured | null }) {
  const { emergence: texts } = useTexts();
  if (!measured) return <Unmeasured waiting={texts.computing} />;
  const { step, r2ori, live, oriented, nulls } = measured;
  return (
    <div class="words" aria-live="off">
      <p class="figure">
        <strong data-testid="r2ori">{Number.isFinite(r2ori) ? r2ori.toFixed(2) : '–'}</strong>
        <span>{texts.mean(step)}</span>
      </p>
      <p>{texts.oriented(oriented, live)}</p>
      <p class={`verdict ${verdictOf(measured)}`} data-testid="verdict">
        {texts.verdicts[verdictOf(measured)]}
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.against}</th>
            <th scope="col">{texts.below}</th>
            <th scope="col">p</th>
          </tr>
        </thead>
        <tbody>
          {(['independent', 'smooth'] as const).map((name) => (
            <tr key={name}>
              <th scope="row">
                <Term word={texts.nulls[name]} meaning={texts.nullTips[name]} />
              </th>
              <td>{live > 0 ? nulls[name].layer99.toFixed(2) : '–'}</td>
              <td>{live > 0 ? unbroken(pText(nulls[name])) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="note">{texts.explanation}</p>
    </div>
  );
}

export type Verdict = 'inside' | 'smooth' | 'outside';

/** What follows: nothing, that smoothness alone may explain it, or more. */
export function verdictOf({ nulls, live }: Measured): Verdict {
  if (live === 0 || nulls.independent.p > LEVEL) return 'inside';
  return nulls.smooth.p > LEVEL ? 'smooth' : 'outside';
}

/** A number that is not parted at the end of a line, with a real minus. */
function unbroken(text: string): string {
  return text.replace(' ', '\u00a0').replace('-', '−');
}
