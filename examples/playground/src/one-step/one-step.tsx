import { wantsRest } from '../motion.js';
import '../styles/inspector.css';
import '../styles/one-step.css';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Dataset } from '../../../../src/index.js';
import { useCalm, useInSight } from '../calm.js';
import { Card } from '../card.js';
import { Choice } from '../choice.js';
import { Pixels, roundScale } from '../pictures/pixels.js';
import type { Snapshot } from '../state/measuring.js';
import { useStore } from '../state/store.js';
import { useTextsOf } from '../texts/index.js';
import { Unmeasured } from '../training/trouble.js';
import { networkOf } from '../worker/job.js';
import { Beats } from './beats.js';
import { Digits } from './digits.js';
import { AllNumbers, Equation, type Taps } from './numbers.js';
import { batchOf, judge, type Step, takeStep } from './step.js';
import { oneStepEn } from './texts.en.js';
import { oneStepZh } from './texts.zh.js';

/** How many digits the step looks at. */
const BATCH = 64;
/** Learning rates to choose from, beside that of the settings: one that is slow, one that suits, one that goes too far. */
const RATES = [0.05, 0.5, 5];
/** How long each beat stays alone, in ms. */
const BEAT = 900;
/** The beats: what is, where it goes, what became of it. */
const BEATS = 3;

/** A step that the copy has taken. */
interface Taken {
  /** After how many batches the page's network was copied. */
  from: number;
  /** How many steps the copy has taken since, this one included. */
  count: number;
  step: Step;
}

/** One step of gradient descent, on a copy of the network that the page shows. */
export function OneStepCard() {
  const { training, settings } = useStore();
  const texts = useTextsOf({ en: oneStepEn, zh: oneStepZh });
  const box = useRef<HTMLDivElement>(null);
  const inSight = useInSight(box);
  const shown = useCalm(training.shown, inSight);
  const heldOut = training.heldOut.value;
  const { filters, kernelSize } = settings.value;
  const fits = shown !== null && shown.shape[0] === filters && shown.shape[2] === kernelSize;
  const batch = useMemo(() => heldOut && batchOf(heldOut, BATCH), [heldOut]);
  return (
    <Card id="one-step" title={texts.title} lede={texts.lede}>
      <div class="one-step" ref={box}>
        {fits && batch && training.prepared.value ? (
          <Bench {...{ shown, batch, inSight }} key={`${filters} ${kernelSize}`} />
        ) : (
          <Unmeasured />
        )}
      </div>
    </Card>
  );
}

/** The copy, and what is done with it. */
function Bench({ shown, batch, inSight }: { shown: Snapshot; batch: Dataset; inSight: boolean }) {
  const { training, settings, parts } = useStore();
  const texts = useTextsOf({ en: oneStepEn, zh: oneStepZh });
  const own = settings.value;
  const copy = useMemo(() => networkOf(own), [own]);
  const rates = useMemo(() => [...new Set([own.lr, ...RATES])].sort((a, b) => a - b), [own]);
  const [rate, setRate] = useState(own.lr);
  const [taken, setTaken] = useState<Taken | null>(null);
  const [beat, setBeat] = useState(0);
  const [weight, setWeight] = useState<number | null>(null);
  useEffect(() => {
    setTaken(null);
    setRate(own.lr);
  }, [own, batch]);
  useBeats(taken, setBeat, ({ step: { judgedBefore, judgedAfter } }) => {
    parts.lastStep.value = { before: judgedBefore.loss, after: judgedAfter.loss };
  });
  const learning = training.isLearning.value;
  const atRest = useMemo(
    () => (learning || !inSight || taken ? null : judge(copy, shown.weights, batch)),
    [learning, inSight, taken, copy, shown, batch],
  );
  const step = taken?.step ?? null;
  const [filters, , size] = shown.shape;
  const area = size * size;
  const filter = Math.min(parts.filter.value, filters - 1);
  const part = (all: Float32Array) => all.subarray(filter * area, (filter + 1) * area);
  const taps: Taps | null = step && {
    before: part(step.before),
    gradient: part(step.gradient),
    after: part(step.after),
    lr: step.lr,
    size,
  };
  const done = step !== null && beat === BEATS;
  const broken = step !== null && !Number.isFinite(step.judgedAfter.loss);
  const chosen = weight ?? (taps ? steepest(taps.gradient) : Math.floor(area / 2));
  const weights = step?.before ?? shown.weights;
  const go = () => {
    const now = training.shown.peek();
    const start = taken ? taken.step.after : now?.weights;
    if (!now || !start) return;
    const from = taken ? taken.from : now.step;
    setTaken({ from, count: (taken?.count ?? 0) + 1, step: takeStep(copy, start, batch, rate) });
  };
  return (
    <>
      <Choose weights={weights} {...{ filters, size, texts }} chosen={filter} />
      <div class="buttons act">
        <button
          type="button"
          class="primary"
          disabled={broken}
          title={taken ? texts.againTip : texts.goTip}
          onClick={go}
        >
          {taken ? texts.again : texts.go}
        </button>
        <button type="button" disabled={!taken} title={texts.backTip} onClick={() => setTaken(null)}>
          {texts.back}
        </button>
        <span class="rate">
          <span aria-hidden="true">{texts.rate}</span>
          <Choice
            name="one-step-rate"
            label={texts.rate}
            title={texts.rateTip}
            value={String(rate)}
            choices={rates.map((value) => ({
              value: String(value),
              text: value === own.lr ? texts.own(String(value)) : String(value),
            }))}
            onChange={(value) => setRate(Number(value))}
          />
        </span>
      </div>
      <Beats
        {...{ taps, size, chosen, beat, texts, filter }}
        before={part(weights)}
        losses={[(step?.judgedBefore ?? atRest)?.loss ?? null, done ? step.judgedAfter.loss : null]}
        onChoose={setWeight}
      />
      <p class="came-of-it" role="status" data-testid="one-step-outcome">
        {done ? outcomeOf(step, texts) : learning && !taken ? texts.learning : ''}
      </p>
      {taps && done && <Equation {...{ taps, texts }} index={chosen} />}
      <p class="note">
        {texts.gradient} {texts.copy(taken?.from ?? shown.step, taken?.count ?? 0)}
      </p>
      <Digits
        {...{ batch, texts }}
        before={step?.judgedBefore ?? atRest}
        after={done && !broken ? step.judgedAfter : null}
      />
      {taps && done && <AllNumbers {...{ taps, texts }} />}
      <p class="note">{texts.honest(shown.weights.length.toLocaleString('en'))}</p>
    </>
  );
}

/** Shows the beats of each new step one after the other; all at once to those who want no motion. */
function useBeats(taken: Taken | null, setBeat: (beat: number) => void, onEnd: (taken: Taken) => void): void {
  useEffect(() => {
    if (!taken) {
      setBeat(0);
      return;
    }
    const still = wantsRest();
    let beat = still ? BEATS : 1;
    const show = () => {
      setBeat(beat);
      if (beat === BEATS) {
        clearInterval(timer);
        onEnd(taken);
      }
      beat++;
    };
    const timer = setInterval(show, BEAT);
    show();
    return () => clearInterval(timer);
  }, [taken]);
}

function outcomeOf({ judgedBefore, judgedAfter }: Step, texts: typeof oneStepEn): string {
  if (!Number.isFinite(judgedAfter.loss)) return texts.broken;
  const [from, to] = [judgedBefore.loss.toFixed(4), judgedAfter.loss.toFixed(4)];
  if (from === to) return texts.same(from);
  return judgedAfter.loss < judgedBefore.loss ? texts.fell(from, to) : texts.rose(from, to);
}

/** Where the loss changes fastest. */
function steepest(gradient: Float32Array): number {
  return gradient.reduce((best, slope, i) => (Math.abs(slope) > Math.abs(gradient[best]) ? i : best), 0);
}

/** All filters, to choose one. */
function Choose({
  weights,
  filters,
  size,
  chosen,
  texts,
}: {
  weights: Float32Array;
  filters: number;
  size: number;
  chosen: number;
  texts: typeof oneStepEn;
}) {
  const { parts } = useStore();
  const area = size * size;
  const scale = roundScale(weights.subarray(0, filters * area));
  return (
    <fieldset class="choose-filter">
      <legend class="unseen">{texts.choose}</legend>
      {Array.from({ length: filters }, (_, i) => (
        <label key={i} title={texts.choose}>
          <input
            type="radio"
            name="one-step-filter"
            aria-label={texts.filter(i)}
            checked={i === chosen}
            onChange={() => {
              parts.filter.value = i;
            }}
          />
          <Pixels
            values={weights.subarray(i * area, (i + 1) * area)}
            {...{ width: size, height: size, scale }}
            label={texts.filter(i)}
          />
          <span aria-hidden="true">{i}</span>
        </label>
      ))}
    </fieldset>
  );
}
