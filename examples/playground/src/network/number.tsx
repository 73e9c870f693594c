import { roundScale } from '../pictures/pixels.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { takeApart } from './apart.js';
import { indexOf, numberAt, type Unit, under, winnerOf } from './fields.js';
import { InDigit } from './maps.js';
import { Matrix } from './matrix.js';
import { four } from './readout.js';
import { StageMaps } from './stage.js';
import { convolutionSum, denseSum, softmaxOf, type WrittenSum } from './sums.js';
import type { PoolingStage, Trace } from './trace.js';
import type { View } from './view.js';

interface NumberProps {
  view: View;
  trace: Trace;
  unit: Unit;
}

/** One number: what it was computed from, written out. */
export function OneNumber({ view, trace, unit }: NumberProps) {
  const { stage, channel } = unit;
  if (stage === 'classes') return <ClassNumber {...{ view, trace, unit }} />;
  return (
    <div class={`net-number ${stage}`}>
      <div class="net-one">
        <StageMaps {...{ view, trace, stage }} columns={1} only={channel} opens={null} name="number" />
        {stage !== 'input' && <InDigit {...{ view, trace }} />}
      </div>
      <div class="net-written" data-testid="written">
        {stage === 'input' && <Matrix values={[numberAt(trace, unit)]} columns={1} scale={1} paper />}
        {stage === 'conv1' && <FirstSum {...{ view, trace, unit }} />}
        {stage === 'conv2' && <SecondSum {...{ view, trace, unit }} />}
        {(stage === 'pool1' || stage === 'pool2') && <Largest {...{ view, trace, unit, stage }} />}
      </div>
    </div>
  );
}

function FirstSum({ trace, unit }: NumberProps) {
  const { lab } = useStore();
  const { network: texts } = useTexts();
  const { parts, width, total } = convolutionSum(trace, 'conv1', unit);
  const [{ patch, weights }] = parts;
  const products = patch.map((value, i) => value * weights[i]);
  const scale = roundScale(weights);
  const rows = Array.from({ length: width }, (_, row) =>
    products.subarray(row * width, (row + 1) * width).reduce((sum, product) => sum + product, 0),
  );
  return (
    <>
      <div class="net-product">
        <Matrix name={texts.parts.pixels} values={patch} columns={width} scale={1} paper />
        <span class="net-sign">×</span>
        <Matrix name={texts.parts.filter(unit.channel)} values={weights} columns={width} scale={scale} />
        <span class="net-sign">=</span>
        <Matrix name={texts.parts.products} values={products} columns={width} scale={scale} />
      </div>
      <p>{texts.sum.rows(joined(rows), four(total))}</p>
      <Rectified total={total} />
      <div class="buttons">
        <button type="button" title={texts.apartTip} onClick={() => takeApart(lab, trace, unit)}>
          {texts.apart} ↓
        </button>
      </div>
    </>
  );
}

function SecondSum({ trace, unit }: NumberProps) {
  const { network: texts } = useTexts();
  const sum = convolutionSum(trace, 'conv2', unit);
  return (
    <>
      <Totals sum={sum} />
      <Rectified total={sum.total} />
      <p class="note">{texts.sum.each}</p>
      <Parts sum={sum} />
    </>
  );
}

function Largest({ view, trace, unit, stage }: NumberProps & { stage: PoolingStage }) {
  const { network: texts } = useTexts();
  const from = stage === 'pool1' ? 'conv1' : 'conv2';
  const maps = trace.stages[from];
  const four4 = [0, 1, 2, 3].map((i) => maps.values[indexOf(maps, under(unit, i))]);
  const winner = winnerOf(trace, stage, unit);
  return (
    <>
      <div class="net-product">
        <Matrix name={texts.stages[from]} values={four4} columns={2} scale={roundScale(maps.values)} marked={winner} />
      </div>
      <p>
        <strong>{winner === null ? texts.sum.none : texts.sum.most(four(four4[winner]))}</strong>
      </p>
      {winner !== null && (
        <div class="buttons">
          <button
            type="button"
            title={texts.winnerTip}
            onClick={() => view.open('number', { ...under(unit, winner), stage: from })}
          >
            ← {texts.winner}
          </button>
        </div>
      )}
    </>
  );
}

function ClassNumber({ trace, unit }: NumberProps) {
  const { network: texts } = useTexts();
  const sum = denseSum(trace, unit.channel);
  const softmax = softmaxOf(trace.logits);
  return (
    <div class="net-number classes">
      <div class="net-written" data-testid="written" data-maps="number" tabIndex={-1}>
        <Totals sum={sum} />
        <p>{texts.sum.logit(four(sum.total))}</p>
        <p>
          <strong>
            {texts.sum.softmax(
              four(softmax.powers[unit.channel]),
              four(softmax.sum),
              four(softmax.shares[unit.channel]),
            )}
          </strong>
        </p>
        <p class="net-formula">{texts.about.formula}</p>
        <p class="note">{texts.sum.dense}</p>
        <Parts sum={sum} />
      </div>
    </div>
  );
}

/** The sum over all maps and the bias. */
function Totals({ sum: { parts, bias, total } }: { sum: WrittenSum }) {
  const { network: texts } = useTexts();
  const sum = parts.reduce((all, part) => all + part.sum, 0);
  return (
    <p>
      {texts.sum.maps(parts.length, four(sum))}
      {bias !== null && <> {texts.sum.bias(four(bias), four(total))}</>}
    </p>
  );
}

function Rectified({ total }: { total: number }) {
  const { network: texts } = useTexts();
  return (
    <p>
      <strong>{total >= 0 ? texts.sum.kept(four(total)) : texts.sum.relu(four(total), four(0))}</strong>
    </p>
  );
}

/** What each map before adds: its numbers x the kernel for it = a part of the sum, and that as a bar. */
function Parts({ sum: { parts, width } }: { sum: WrittenSum }) {
  const { network: texts } = useTexts();
  const numbers = roundScale(parts.flatMap(({ patch }) => Array.from(patch)));
  const kernels = roundScale(parts.flatMap(({ weights }) => Array.from(weights)));
  const most = Math.max(...parts.map(({ sum }) => Math.abs(sum))) || 1;
  return (
    <ol class="net-parts" start={0}>
      {parts.map(({ patch, weights, sum }, i) => (
        <li key={i}>
          <span class="note">{texts.parts.map(i)}</span>
          <div class="net-product">
            <Matrix values={patch} columns={width} scale={numbers} />
            <span class="net-sign">×</span>
            <Matrix values={weights} columns={width} scale={kernels} />
            <span class="net-sign">=</span>
            <span class="net-part" data-testid="part">
              {four(sum)}
            </span>
          </div>
          <span class="net-share" aria-hidden="true">
            <i class={sum < 0 ? 'less' : 'more'} style={{ width: `${(50 * Math.abs(sum)) / most}%` }} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function joined(values: readonly number[]): string {
  return values.map((value, i) => (i > 0 && value < 0 ? `(${four(value)})` : four(value))).join(' + ');
}
