import type { TextStream } from './progress.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * A signal that Ctrl-C (or SIGTERM) aborts, for `fit(..., { signal: interruptSignal() })`: the training ends after the
 * batch, with its checkpoint. A second Ctrl-C ends the program at once.
 * @param stream where it says so
 */
export function interruptSignal(stream: TextStream = process.stderr): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    for (const name of SIGNALS) process.off(name, stop);
    stream.write('\nstopping after this batch; Ctrl-C again stops at once\n');
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, stop);
  return controller.signal;
}
