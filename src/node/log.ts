import type { Callback, EpochRecord } from '../train/callback.js';
import { saveFile } from './files.js';

const COLUMNS: [string, (record: EpochRecord) => number | undefined][] = [
  ['epoch', ({ epoch }) => epoch],
  ['step', ({ step }) => step],
  ['loss', ({ loss }) => loss],
  ['accuracy', ({ accuracy }) => accuracy],
  ['validation_loss', ({ validation }) => validation?.loss],
  ['validation_accuracy', ({ validation }) => validation?.accuracy],
  ['lr', ({ lr }) => lr],
  ['seconds', ({ seconds }) => seconds],
];

/**
 * Writes the history of a training to a CSV file, one line an epoch; after a resume with the lines from before it.
 * @returns a callback for `fit`
 */
export function csvLog(path: string): Callback {
  const head = COLUMNS.map(([name]) => name).join(',');
  return {
    async onEpochEnd({ history }) {
      const lines = history.epochs.map((record) => COLUMNS.map(([, value]) => value(record) ?? '').join(','));
      await saveFile(path, `${[head, ...lines].join('\n')}\n`);
    },
  };
}
