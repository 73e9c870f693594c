import { useMemo, useRef } from 'preact/hooks';
import { useCalm, useInSight } from '../calm.js';
import { useStore } from '../state/store.js';
import { Unmeasured } from '../training/trouble.js';
import { useAnswer } from './asking.js';
import type { Asked } from './layers.js';
import { Key, Marks } from './marks.js';
import { byLayer, meanOf, type Network, RECORDED, type Series, seriesOf } from './recorded.js';
import { useLayersTexts } from './texts.js';

const STUDY = {
  untrained: byLayer(RECORDED.untrained),
  byHeart: byLayer(RECORDED.byHeart),
  trained: byLayer(RECORDED.trained),
};

/** Where the axis of both charts begins, unless something lies below. */
const HALF = 0.5;

/** How far each layer tells the digits apart, beside networks that have learned nothing of them. */
export function SeparableSection({ asking, inquiry, fits, heldOut }: Asked) {
  const { training } = useStore();
  const texts = useLayersTexts();
  const box = useRef<HTMLElement>(null);
  const inSight = useInSight(box);
  const shown = useCalm(training.shown, inSight);
  const first = training.untrained.value;
  const state = fits(shown) ? shown : NONE;
  const twin = fits(first) ? first : NONE;
  const now = useAnswer(asking, 'separable', 'separable', state, inSight && state !== NONE, () =>
    inquiry.separable(state.weights),
  );
  const before = useAnswer(asking, 'separable twin', 'separable', twin, inSight && twin !== NONE, () =>
    inquiry.separable(twin.weights),
  );
  const trained = now?.answer;
  const untrained = before?.answer;
  const shares = [trained, untrained].flatMap((found) => found ?? []).map(({ accuracy }) => accuracy);
  const lowest = Math.min(...shares) < HALF ? 0 : HALF;
  // Drawn when there is another answer, not whenever the network has changed.
  const live = useMemo(() => {
    if (!trained || (first && !untrained)) return null;
    const layers = trained.map(({ layer }) => texts.layers[layer]);
    const series = { ...(untrained && { untrained: seriesOf(untrained) }), trained: seriesOf(trained) };
    return <Panel {...{ series, layers, lowest }} id="live" />;
  }, [trained, first === null, untrained, lowest, texts]);
  const recorded = useMemo(
    () => <Panel series={STUDY} layers={texts.layersOfStudy} lowest={lowest} id="recorded" />,
    [lowest, texts],
  );
  return (
    <section class="separable" ref={box} aria-label={texts.separable}>
      <h3>{texts.separable}</h3>
      <p class="note">{texts.separableNote(heldOut.length)}</p>
      <div class="two">
        <div>
          <h4>{texts.live}</h4>
          <div class="pending">{live ?? <Unmeasured waiting={texts.computing} />}</div>
          {now && (
            <p class="note" data-testid="layers-separable-step">
              {texts.figuresOf(now.step)}
            </p>
          )}
        </div>
        <div>
          <h4>{texts.recorded}</h4>
          {recorded}
          <p class="note">{texts.recordedNote}</p>
        </div>
      </div>
      <p>{texts.separableMeans}</p>
    </section>
  );
}

/** In place of a state, until there is one. */
const NONE = { weights: new Float32Array(0), step: 0 };

/** A chart and its numbers. */
function Panel({
  series,
  layers,
  lowest,
  id,
}: {
  series: Partial<Record<Network, Series>>;
  layers: readonly string[];
  lowest: number;
  id: 'live' | 'recorded';
}) {
  const texts = useLayersTexts();
  const names = id === 'live' ? texts.networks : texts.networksOfStudy;
  // The one that the others are compared with first.
  const rows = (['trained', 'untrained', 'byHeart'] as const).flatMap((network) => {
    const own = series[network];
    return own ? [{ network, own }] : [];
  });
  const label = rows
    .map(({ network, own }) => `${names[network]}: ${own.map((seeds) => percent(meanOf(seeds))).join(', ')}`)
    .join('; ');
  return (
    <>
      <p class="note">{texts.yLabel}</p>
      <Marks
        label={`${texts.yLabel}; ${layers.join(', ')}. ${label}`}
        xLabel={texts.xLabel}
        {...{ layers, series, lowest }}
      />
      <table class="numbers" data-testid={`layers-${id}`}>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">{texts.network}</span>
            </th>
            {layers.map((layer) => (
              <th key={layer} scope="col">
                {layer}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ network, own }) => (
            <tr key={network}>
              <th scope="row">
                <Key network={network} /> {names[network]}
              </th>
              {own.map((seeds, layer) => (
                <td key={layer}>
                  {percent(meanOf(seeds))}
                  {seeds.length > 1 && (
                    <span class="note">
                      {texts.range((100 * Math.min(...seeds)).toFixed(1), percent(Math.max(...seeds)))}
                    </span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
