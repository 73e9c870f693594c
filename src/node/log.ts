import type { Callback, EpochRecord } from '../train/callback.js';
import { saveFile } from './files.js';

/** The columns of a history: loss and metrics of the training, then of the validation data. */
function columnsOf(epochs: readonly EpochRecord[]): [string, (record: EpochRecord) => number | undefined][] {
  const names = (of: (record: EpochRecord) => object | undefined) => [
    ...new Set(epochs.flatMap((record) => Object.keys(of(record) ?? {}))),
  ];
  const own = names(({ metrics }) => metrics).filter((name) => name !== 'loss');
  const validated = epochs.some(({ validation }) => validation)
    ? ['loss', ...names((each) => each.validation?.metrics)]
    : [];
  return [
    ['epoch', ({ epoch }) => epoch],
    ['step', ({ step }) => step],
    ['loss', ({ loss }) => loss],
    ...own.map((name) => [name, ({ metrics }) => metrics[name]] as ReturnType<typeof columnsOf>[number]),
    ...validated.map((name): ReturnType<typeof columnsOf>[number] => [
      `validation_${name}`,
      ({ validation }) => (name === 'loss' ? validation?.loss : validation?.metrics[name]),
    ]),
    ['lr', ({ lr }) => lr],
    ['seconds', ({ seconds }) => seconds],
  ];
}

/**
 * Writes the history of a training to a CSV file, one line an epoch; after a resume with the lines from before it.
 * @returns a callback for `fit`
 */
export function csvLog(path: string): Callback {
  return {
    async onEpochEnd({ history }) {
      const columns = columnsOf(history.epochs);
      const head = columns.map(([name]) => name).join(',');
      const lines = history.epochs.map((record) => columns.map(([, value]) => value(record) ?? '').join(','));
      await saveFile(path, `${[head, ...lines].join('\n')}\n`);
    },
  };
}
