import { useEffect, useMemo, useState } from 'preact/hooks';
import { Card } from '../card.js';
import { Choice } from '../choice.js';
import { useStore } from '../state/store.js';
import { percent } from '../state/training.js';
import '../styles/animals.css';
import { useTexts } from '../texts/index.js';
import type { Failure } from '../worker/failure.js';
import { Counts, countsOf } from './counts.js';
import { FilterGridOf, OneFilter } from './found.js';
import { Run } from './run.js';
import { Samples } from './samples.js';
import { Seeds } from './seeds.js';
import { HELD_OUT, QUESTIONS, type Question, readSizes, SIZES, stepsOf } from './sizes.js';
import { useAnimalsTexts } from './texts.js';

/** A second dataset, of which it is known where each part is: do names alone make filters for eyes, noses and ears? */
export function AnimalsCard() {
  const texts = useAnimalsTexts();
  const [question, setQuestion] = useState<Question>('animal');
  const runs = useMemo(() => {
    const sizes = readSizes(location.search) ?? SIZES;
    return { animal: new Run('animal', sizes), nose: new Run('nose', sizes) };
  }, []);
  useEffect(() => {
    return () => {
      for (const each of QUESTIONS) runs[each].end();
    };
  }, [runs]);
  const run = runs[question];
  return (
    <Card id="animals" title={texts.title} lede={texts.lede}>
      <Samples />
      <section class="asked" aria-label={texts.asked.title}>
        <h3>{texts.asked.title}</h3>
        <Choice
          name="animals-question"
          label={texts.asked.title}
          value={question}
          choices={QUESTIONS.map((value) => ({ value, text: texts.asked[value], title: texts.asked.notes[value] }))}
          onChange={(value) => setQuestion(value)}
        />
        <p class="note">{texts.asked.notes[question]}</p>
        <Controls run={run} other={runs[question === 'animal' ? 'nose' : 'animal']} />
      </section>
      <Counts runs={[runs.animal, runs.nose]} />
      <Filters key={question} run={run} />
      <Seeds />
    </Card>
  );
}

/** The buttons of a training, and where it stands. One learns at a time: to begin one pauses the other. */
function Controls({ run, other }: { run: Run; other: Run }) {
  const { training: digits } = useStore();
  const { training: words, trouble } = useTexts();
  const texts = useAnimalsTexts();
  const phase = run.phase.value;
  const finished = phase === 'finished';
  const measured = run.measured.value.at(-1);
  const steps = stepsOf(run.sizes);
  const start = () => {
    other.pause();
    if (finished) {
      run.reset();
      run.seed.value++;
    }
    run.start();
  };
  const verb = phase === 'paused' ? words.goOn : finished ? texts.nextSeed(run.seed.value + 1) : words.train;
  return (
    <>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={run.problem.value?.kind === 'absent'}
          title={run.isLearning ? texts.tips.pause : texts.tips.train}
          onClick={run.isLearning ? () => run.pause() : start}
        >
          <span aria-hidden="true">{run.isLearning ? '❚❚' : '▶'}</span> {run.isLearning ? words.pause : verb}
        </button>
        <button type="button" title={texts.tips.reset} disabled={phase === 'idle'} onClick={() => run.reset()}>
          {words.reset}
        </button>
        <dl class="standing">
          <div>
            <dt>{words.stepName}</dt>
            <dd data-testid="animals-step">{phase === 'drawing' ? texts.drawing : `${run.step.value} / ${steps}`}</dd>
          </div>
          <div>
            <dt>{measured ? texts.accuracy(measured.step) : words.heldOut}</dt>
            <dd data-testid="animals-accuracy">{measured ? texts.right(percent(measured.accuracy), HELD_OUT) : '–'}</dd>
          </div>
          <div title={texts.seedTip}>
            <dt>{texts.seed}</dt>
            <dd>{run.seed.value}</dd>
          </div>
        </dl>
      </div>
      <progress max={steps} value={run.step.value} aria-label={words.progress} />
      <p class="unseen" aria-live="polite" data-testid="animals-said">
        {measured &&
          texts.counts.said(measured.step, ...(Object.values(countsOf(measured)) as [number, number, number]))}
      </p>
      <Slow run={run} />
      {digits.isLearning.value && run.isLearning && <p class="notice">{texts.shared}</p>}
      <Trouble run={run} />
      <p class="note">
        {texts.amount(run.sizes.learned.toLocaleString('en'), run.sizes.epochs)}
        {run.sizes === SIZES && trouble.gap + texts.cost}
      </p>
      {run.hash.value && (
        <p class="note">
          {texts.hash} <code data-testid="animals-hash">{run.hash.value}</code>
        </p>
      )}
    </>
  );
}

function Slow({ run }: { run: Run }) {
  const { trouble } = useTexts();
  const texts = useAnimalsTexts();
  const slow = run.slow.value;
  if (!slow) return null;
  return (
    <p class="notice" role="status">
      {[trouble.slow[slow], trouble.slowly, texts.slowly].join(trouble.gap)}
    </p>
  );
}

/** What went wrong, and the button that begins again. */
function Trouble({ run }: { run: Run }) {
  const { trouble } = useTexts();
  const texts = useAnimalsTexts();
  const problem = run.problem.value;
  if (!problem) return null;
  const reason = (failure: Failure) => {
    if (failure.kind === 'diverged') return texts.diverged(failure.step);
    if (failure.kind === 'memory') return texts.memory;
    return 'detail' in failure ? trouble.failed(failure.detail) : trouble[failure.kind];
  };
  return (
    <div class="trouble" role="alert">
      <p>{[texts.stopped(run.measured.value.at(-1)?.step ?? null), reason(problem)].join(trouble.gap)}</p>
      {problem.kind !== 'absent' && (
        <button type="button" title={trouble.mendTip} onClick={() => run.start()}>
          {trouble.mend}
        </button>
      )}
    </div>
  );
}

/** What the filters answer to, after the newest measurement or an earlier one. */
function Filters({ run }: { run: Run }) {
  const { filters: texts } = useAnimalsTexts();
  const [at, setAt] = useState<number | null>(null);
  const [picked, setPicked] = useState<number | null>(null);
  const all = run.measured.value;
  const shown = all.find(({ step }) => step === at) ?? all.at(-1);
  const drawings = run.drawings.value;
  // Until one is chosen, the first that counts.
  const chosen = picked ?? Math.max(0, shown?.filters.findIndex(({ counted }) => counted !== null) ?? 0);
  return (
    <section class="found" aria-label={texts.title}>
      <h3>{texts.title}</h3>
      {shown && drawings ? (
        <>
          <Choice
            name="animals-when"
            label={texts.when}
            title={texts.whenTip}
            value={String(all.some(({ step }) => step === at) ? at : 'newest')}
            choices={[
              ...all.slice(0, -1).map(({ step }) => ({
                value: String(step),
                text: step === 0 ? texts.before : String(step),
              })),
              { value: 'newest', text: `${texts.newest} (${all[all.length - 1].step})` },
            ]}
            onChange={(value) => setAt(value === 'newest' ? null : Number(value))}
          />
          <p class="note">{texts.note(shown.step)}</p>
          <div class="parts-found">
            <FilterGridOf filters={shown.filters} drawings={drawings} chosen={chosen} choose={setPicked} />
            <OneFilter filter={shown.filters[chosen]} index={chosen} drawings={drawings} />
          </div>
        </>
      ) : (
        <p class="note">{texts.empty}</p>
      )}
    </section>
  );
}
