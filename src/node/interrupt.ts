import type { TextStream } from './progress.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs a training that Ctrl-C (or SIGTERM) ends after the current batch, with its checkpoint:
 *
 *     await interruptible((signal) => fit(model, data, { optimizer, signal }));
 *
 * A second Ctrl-C ends the program at once, as the first does when the training is over.
 * @param stream where a message is written
 * @returns what `training` returns
 */
export async function interruptible<T>(
  training: (signal: AbortSignal) => Promise<T>,
  stream: TextStream = process.stderr,
): Promise<T> {
  const controller = new AbortController();
  const stopListening = () => {
    for (const name of SIGNALS) process.off(name, stop);
  };
  const stop = () => {
    stopListening();
    stream.write('\nstopping after this batch; Ctrl-C again stops at once\n');
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  try {
    return await training(controller.signal);
  } finally {
    stopListening();
  }
}
