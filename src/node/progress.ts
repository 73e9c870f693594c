import type { Callback, EpochRecord, TrainingState } from '../train/callback.js';

/** What text is written to, such as `process.stdout`. */
export interface TextStream {
  /** Whether it is a terminal, on which a line can be overwritten. @default false */
  isTTY?: boolean;
  /** Writes a text as it is, without a new line. */
  write(text: string): unknown;
}

/**
 * Shows the progress of a training: on a terminal a bar an epoch, with speed, loss, accuracy and time left, drawn by the
 * package cli-progress; elsewhere, or without that package, one line an epoch.
 * @returns a callback for `fit`
 */
export function progress(stream: TextStream = process.stdout): Callback {
  let bar: import('cli-progress').SingleBar | null = null;
  return {
    async onEpochBegin(state) {
      const SingleBar = stream.isTTY ? await barOfPackage() : null;
      if (!SingleBar) return;
      const format = `epoch ${position(state)} {bar} {speed} images/s  {measures}  {left} left`;
      const options = { format, barsize: 20, hideCursor: true, fps: 10, clearOnComplete: true };
      bar = new SingleBar({ ...options, stream: stream as NodeJS.WritableStream });
      bar.start(state.batches || state.batch + 1, state.batch, figures(state));
    },
    onBatchEnd: (state) => bar?.update(state.batch, figures(state)),
    onEpochEnd: (state, record) => {
      bar?.stop();
      stream.write(`${epochLine(state, record)}\n`);
    },
    onTrainEnd({ epoch, batch, history: { stopped } }) {
      bar?.stop();
      if (stopped !== null) stream.write(`ended in epoch ${epoch}, after batch ${batch}: ${stopped}\n`);
    },
    onTrainError: () => bar?.stop(),
  };
}

/** The bar of the package cli-progress; null where that is not installed. */
async function barOfPackage() {
  try {
    return (await import('cli-progress')).default.SingleBar;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

function figures({ imagesPerSecond, loss, metrics, seconds, step, epochs, batches }: TrainingState) {
  const left = step > 0 && batches > 0 ? ((epochs * batches - step) * seconds) / step : 0;
  return {
    speed: imagesPerSecond.toFixed(0),
    measures: measures(loss, metrics),
    left: `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, '0')}`,
  };
}

function epochLine(state: TrainingState, { loss, metrics, validation, seconds }: EpochRecord): string {
  const scored = validation ? `  validation: ${measures(validation.loss, validation.metrics)}` : '';
  const train = `train: ${measures(loss, metrics)}`;
  const speed = `${state.imagesPerSecond.toFixed(0)} images/s, ${seconds.toFixed(1)} s`;
  return `epoch ${position(state)}  ${train}${scored}  (${speed})`;
}

/** The loss, where there is one, and the metrics. */
function measures(loss: number, { loss: _, accuracy, ...others }: Record<string, number>): string {
  const texts = Object.entries(others).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  if (accuracy !== undefined) texts.unshift(`accuracy ${percent(accuracy)}`);
  if (!Number.isNaN(loss) || texts.length === 0) texts.unshift(`loss ${loss.toFixed(4)}`);
  return texts.join(', ');
}

function position({ epoch, epochs }: TrainingState): string {
  return `${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
