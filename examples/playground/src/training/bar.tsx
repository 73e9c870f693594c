import { useCalm } from '../calm.js';
import { Choice } from '../choice.js';
import { UNKNOWN } from '../state/measuring.js';
import { PACE_NAMES } from '../state/pace.js';
import { useStore } from '../state/store.js';
import { percent } from '../state/training.js';
import { unlearned } from '../state/unlearned.js';
import { useTexts } from '../texts/index.js';
import { Trouble } from './trouble.js';

/** The buttons of the training, and where it stands; it stays in sight. */
export function TrainingBar() {
  const { training } = useStore();
  const { training: texts } = useTexts();
  const phase = training.phase.value;
  const running = phase === 'running';
  const again = phase === 'finished' || phase === 'broken';
  const hopeless = training.problem.value?.kind === 'absent';
  const words = running ? texts.pause : again ? texts.again : phase === 'paused' ? texts.goOn : texts.train;
  return (
    <section class="bar" aria-label={texts.title}>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={hopeless}
          title={running ? texts.pauseTip : texts.trainTip}
          onClick={() => (running ? training.pause() : training.start())}
        >
          <span aria-hidden="true">{running ? '❚❚' : '▶'}</span> {words}
        </button>
        <button type="button" title={texts.stepTip} disabled={again} onClick={() => training.step()}>
          {texts.step}
        </button>
        <button type="button" title={texts.resetTip} disabled={hopeless} onClick={() => training.reset()}>
          {texts.reset}
        </button>
        <Choice
          name="pace"
          label={texts.speed}
          value={training.pace.value}
          choices={PACE_NAMES.map((value) => ({ value, text: texts.paces[value], title: texts.paceTips[value] }))}
          onChange={(value) => training.setPace(value)}
        />
      </div>
      <Standing />
      <Outcome />
      <Trouble />
    </section>
  );
}

/** Epoch, step and how well the network does, and a line that fills. */
function Standing() {
  const { training } = useStore();
  const { training: texts } = useTexts();
  const prepared = training.prepared.value;
  const heldOut = training.heldOut.value?.length ?? 0;
  const live = useCalm(training.live, true);
  if (!prepared || !live) return training.problem.value ? null : <p class="standing">{texts.loading}</p>;
  const { accuracy, lag, some } = training.standingOf(live);
  const known = live.step !== UNKNOWN;
  return (
    <>
      <dl class="standing">
        <div>
          <dt>{texts.epoch}</dt>
          <dd>
            {known ? live.epoch : '–'} / {prepared.epochs}
          </dd>
        </div>
        <div>
          <dt>{texts.stepName}</dt>
          <dd>
            <span data-testid="step">{known ? live.step : '–'}</span> / {prepared.steps}
          </dd>
        </div>
        <div title={texts.heldOutTip(some ?? heldOut)}>
          <dt>{lag === null ? texts.heldOut : texts.heldOutAfter(lag)}</dt>
          <dd>
            <span data-testid="accuracy">{accuracy}</span>{' '}
            <small data-testid="counted-digits">{some === null ? '' : texts.some(some)}</small>
          </dd>
        </div>
        <div>
          <dt>{texts.speed}</dt>
          <dd>{texts.imagesPerSecond(Math.round(training.imagesPerSecond.peek()))}</dd>
        </div>
      </dl>
      <progress max={prepared.steps} value={known ? live.step : 0} aria-label={texts.progress} />
      <Announcement
        step={known ? live.step : 0}
        accuracy={!training.isLearning.value && training.isWhole(live) ? accuracy : null}
      />
    </>
  );
}

/** What a screen reader says: once an epoch, and how well the network does when it rests; the figures above change all the time. */
function Announcement({ step, accuracy }: { step: number; accuracy: string | null }) {
  const { training } = useStore();
  const { training: texts } = useTexts();
  const { steps, epochs } = training.prepared.value!;
  const done = Math.floor((step * epochs) / steps);
  return (
    <p class="unseen" aria-live="polite" data-testid="announced">
      {done > 0 && texts.epochDone(done)} {accuracy && `${texts.heldOut}: ${accuracy}`}
    </p>
  );
}

/** That a training has come to its end and taught nothing. */
function Outcome() {
  const { training, settings } = useStore();
  const { trouble: texts } = useTexts();
  const outcome = unlearned(training, settings.value);
  return (
    <div class="outcome" role="status">
      {outcome && <p class="notice">{texts.unlearned(percent(outcome.accuracy), outcome.rate)}</p>}
    </div>
  );
}
