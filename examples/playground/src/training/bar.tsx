import { Choice } from '../choice.js';
import { PACE_NAMES } from '../state/pace.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';

/** The buttons of the training, and where it stands; it stays in sight. */
export function TrainingBar() {
  const { training } = useStore();
  const { training: texts } = useTexts();
  const phase = training.phase.value;
  const running = phase === 'running';
  const again = phase === 'finished' || phase === 'broken';
  const words = running ? texts.pause : again ? texts.again : phase === 'paused' ? texts.goOn : texts.train;
  return (
    <section class="bar" aria-label={texts.title}>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          title={running ? texts.pauseTip : texts.trainTip}
          onClick={() => (running ? training.pause() : training.start())}
        >
          <span aria-hidden="true">{running ? '❚❚' : '▶'}</span> {words}
        </button>
        <button type="button" title={texts.stepTip} disabled={again} onClick={() => training.step()}>
          {texts.step}
        </button>
        <button type="button" title={texts.resetTip} onClick={() => training.reset()}>
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
      <Trouble />
    </section>
  );
}

/** Epoch, step and how well the network does, and a line that fills. */
function Standing() {
  const { training } = useStore();
  const { training: texts } = useTexts();
  const prepared = training.prepared.value;
  const live = training.live.value;
  if (!prepared || !live) return <p class="standing">{texts.loading}</p>;
  return (
    <>
      <dl class="standing">
        <div>
          <dt>{texts.epoch}</dt>
          <dd>
            {live.epoch} / {prepared.epochs}
          </dd>
        </div>
        <div>
          <dt>{texts.stepName}</dt>
          <dd>
            <output data-testid="step">{live.step}</output> / {prepared.steps}
          </dd>
        </div>
        <div title={texts.heldOutTip}>
          <dt>{texts.heldOut}</dt>
          <dd data-testid="accuracy">{training.accuracyOf(live)}</dd>
        </div>
        <div>
          <dt>{texts.speed}</dt>
          <dd>{texts.imagesPerSecond(Math.round(training.imagesPerSecond.value))}</dd>
        </div>
      </dl>
      <progress max={prepared.steps} value={live.step} aria-label={texts.progress} />
    </>
  );
}

/** What went wrong, and the way on. */
function Trouble() {
  const { training } = useStore();
  const { training: texts } = useTexts();
  const problem = training.problem.value;
  if (!problem) return null;
  return (
    <div class="trouble" role="alert">
      <p>{problem.kind === 'lost' ? texts.lost : texts.failed(problem.message)}</p>
      <button type="button" onClick={() => training.reset()}>
        {texts.restart}
      </button>
    </div>
  );
}
