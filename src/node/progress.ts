import type { Callback, EpochRecord, TrainingState } from '../train/fit.js';
import { optional } from './packages.js';

/**
 * Shows how training goes: on a terminal a bar an epoch, with speed, loss, accuracy and time left, drawn by the package
 * cli-progress; elsewhere one plain line an epoch.
 */
export function progress(stream: NodeJS.WriteStream = process.stdout): Callback {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function lines(stream: NodeJS.WriteStream): Callback {
  return {
    onEpochEnd: (state, record) => {
      stream.write(`${epochLine(state, record)}\n`);
    },
  };
}

function bar(stream: NodeJS.WriteStream): Callback {
  let current: import('cli-progress').SingleBar | null = null;
  return {
    async onEpochBegin(state) {
      const { SingleBar } = (await optional('progress', 'cli-progress', () => import('cli-progress'))).default;
      const format = `epoch ${position(state)} {bar} {speed} images/s  loss {loss}  accuracy {accuracy}  {left} left`;
      current = new SingleBar({ stream, format, barsize: 20, hideCursor: true, fps: 10, clearOnComplete: true });
      current.start(state.batches, 0, figures(state));
    },
    onBatchEnd: (state) => current?.update(state.batch, figures(state)),
    onEpochEnd: (state, record) => {
      current?.stop();
      stream.write(`${epochLine(state, record)}\n`);
    },
  };
}

function figures({ imagesPerSecond, loss, accuracy, seconds, step, epochs, batches }: TrainingState) {
  const left = step > 0 ? ((epochs * batches - step) * seconds) / step : 0;
  return {
    speed: imagesPerSecond.toFixed(0),
    loss: loss.toFixed(4),
    accuracy: percent(accuracy),
    left: `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, '0')}`,
  };
}

function epochLine(state: TrainingState, { loss, accuracy, validation, seconds }: EpochRecord): string {
  const heldOut = validation
    ? `  held out: loss ${validation.loss.toFixed(4)}, accuracy ${percent(validation.accuracy)}`
    : '';
  const train = `train: loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}`;
  const speed = `${state.imagesPerSecond.toFixed(0)} images/s, ${seconds.toFixed(1)} s`;
  return `epoch ${position(state)}  ${train}${heldOut}  (${speed})`;
}

function position({ epoch, epochs }: TrainingState): string {
  return `${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
