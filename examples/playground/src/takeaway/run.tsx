import { useMemo } from 'preact/hooks';
import { SHUFFLED } from '../../../lib/controls.js';
import { CopyButton } from '../copy-button.js';
import { UNKNOWN } from '../state/measuring.js';
import { writeSettings } from '../state/settings.js';
import { useStore } from '../state/store.js';
import { trainingOf } from '../worker/job.js';
import { COMMANDS, programOf } from './program.js';
import { save } from './save.js';
import { useTakeawayTexts } from './texts.js';

/** How many digits the network learns from; a control with shuffled labels learns fewer. */
const LEARNED = 9000;

/** The run as a program. */
export function Program() {
  const { settings, training } = useStore();
  const known = training.loaded.value?.step !== UNKNOWN;
  const texts = useTakeawayTexts();
  const own = settings.value;
  const program = useMemo(() => {
    const training = trainingOf(own, LEARNED, own.condition === 'shuffled' ? SHUFFLED : LEARNED);
    return programOf(own, training, writeSettings(own));
  }, [own]);
  return (
    <section class="program" aria-label={texts.program}>
      <h3>{texts.program}</h3>
      <p class="note">
        {texts.programNote(known)} <code>{COMMANDS}</code>
      </p>
      <div class="buttons">
        <CopyButton text={program} tip={texts.copyTip} label={texts.copy} copied={texts.copied} />
        <button
          type="button"
          title={texts.downloadProgramTip}
          onClick={() => save('run.ts', new Blob([program], { type: 'text/plain' }))}
        >
          {texts.downloadProgram}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the arrow keys need it */}
      <section class="code" tabIndex={0} aria-label={texts.code}>
        <pre data-testid="program">{program}</pre>
      </section>
    </section>
  );
}
