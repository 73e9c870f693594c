import { useState } from 'preact/hooks';
import { Choice } from '../choice.js';
import { useTexts } from '../texts/index.js';
import { InDigit } from './maps.js';
import { four } from './readout.js';
import { StageMaps } from './stage.js';
import { classUnit } from './strip.js';
import { silenced, softmaxOf } from './sums.js';
import type { ConvolutionStage, PoolingStage, Stage, Trace } from './trace.js';
import type { View } from './view.js';

interface LayerProps {
  view: View;
  trace: Trace;
}

/** One layer: its maps large, and what it does, with its numbers. */
export function Layer({ view, trace, stage, wide }: LayerProps & { stage: Stage; wide: boolean }) {
  const { network: texts } = useTexts();
  const [sums, setSums] = useState(false);
  const convolution = stage === 'conv1' || stage === 'conv2';
  if (stage === 'classes') return <Classes view={view} trace={trace} />;
  const { channels } = trace.stages[stage];
  const lines = Math.ceil(channels / (wide ? (channels > 18 ? 8 : 6) : 4));
  const columns = Math.ceil(channels / lines);
  return (
    <div class={`net-layer ${stage}`}>
      <div class="net-large" style={{ maxWidth: `${Math.max(260, 180 * columns)}px` }}>
        <StageMaps
          {...{ view, trace, stage, columns }}
          opens="number"
          name="layer"
          maps={convolution && sums ? trace.sums[stage] : undefined}
        />
        {stage !== 'input' && <InDigit {...{ view, trace }} />}
      </div>
      <div class="net-words">
        {stage === 'input' && <p>{texts.about.input(trace.stages.input.width, trace.stages.input.values.length)}</p>}
        {convolution && <AboutConvolution {...{ trace, stage }} />}
        {convolution && (
          <Choice
            name="net-relu"
            label={texts.relu.name}
            value={sums ? 'before' : 'after'}
            choices={[
              { value: 'after', text: texts.relu.after, title: texts.relu.afterTip },
              { value: 'before', text: texts.relu.before, title: texts.relu.beforeTip },
            ]}
            onChange={(value) => setSums(value === 'before')}
          />
        )}
        {(stage === 'pool1' || stage === 'pool2') && <AboutPooling {...{ trace, stage }} />}
        <p class="note">{texts.choose}</p>
      </div>
    </div>
  );
}

function AboutConvolution({ trace, stage }: { trace: Trace; stage: ConvolutionStage }) {
  const { network: texts } = useTexts();
  const { stages, weights } = trace;
  const { channels, height, width } = stages[stage];
  const kernel = weights.kernel[stage];
  const { zeros, all } = silenced(trace, stage);
  const count = weights.filters[stage].length + (weights.bias[stage]?.length ?? 0);
  return (
    <>
      <p>
        {stage === 'conv1'
          ? texts.about.conv1(channels, `${height} × ${width}`, kernel)
          : texts.about.conv2(channels, stages.pool1.channels, kernel)}
      </p>
      <p>
        <strong>{texts.about.relu(zeros, all, `${((100 * zeros) / all).toFixed(0)}%`)}</strong>
      </p>
      <p class="note">
        {texts.about.weights(count)} {texts.about.order}
      </p>
    </>
  );
}

function AboutPooling({ trace, stage }: { trace: Trace; stage: PoolingStage }) {
  const { network: texts } = useTexts();
  const from = trace.stages[stage === 'pool1' ? 'conv1' : 'conv2'];
  const to = trace.stages[stage];
  const empty = to.values.reduce((count, value) => count + (value > 0 ? 0 : 1), 0);
  return (
    <>
      <p>{texts.about.pool(`${from.height} × ${from.width}`, `${to.height} × ${to.width}`)}</p>
      <p>
        <strong>{texts.about.empty(empty, to.values.length)}</strong>
      </p>
      {from.height % 2 === 1 && <p class="note">{texts.about.left}</p>}
    </>
  );
}

/** The dense layer and softmax, as a table of all classes. */
function Classes({ view, trace }: LayerProps) {
  const { network: texts } = useTexts();
  const { powers, sum, shares } = softmaxOf(trace.logits);
  const { dense, denseBias } = trace.weights;
  const best = shares.indexOf(Math.max(...shares));
  return (
    <div class="net-layer classes">
      <table class="net-table" data-maps="layer" tabIndex={-1}>
        <thead>
          <tr>
            {[texts.table.digit, texts.table.logit, texts.table.power, texts.table.share].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shares.map((share, digit) => (
            <tr
              key={digit}
              class={digit === best ? 'best' : undefined}
              onPointerEnter={() => {
                view.pointed.value = classUnit(digit);
              }}
              onPointerLeave={() => {
                view.pointed.value = null;
              }}
            >
              <th scope="row">
                <button
                  type="button"
                  title={texts.openClass(digit)}
                  onClick={() => view.open('number', classUnit(digit))}
                >
                  {digit}
                </button>
              </th>
              <td>{four(trace.logits[digit])}</td>
              <td>{four(powers[digit])}</td>
              <td>{four(share)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{texts.table.sum}</th>
            <td />
            <td>{four(sum)}</td>
            <td>{four(1)}</td>
          </tr>
        </tfoot>
      </table>
      <div class="net-words">
        <p>{texts.about.dense(trace.stages.pool2.values.length)}</p>
        <p>{texts.about.softmax}</p>
        <p class="net-formula">{texts.about.formula}</p>
        <p class="note">{texts.about.weights(dense.length + denseBias.length)}</p>
        <p class="note">{texts.choose}</p>
      </div>
    </div>
  );
}
