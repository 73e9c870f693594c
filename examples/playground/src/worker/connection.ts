import type { Failure } from './failure.js';

/** How often a worker is asked whether it is there, in ms. */
const BEAT = 1500;
/** How many questions in a row it may leave unanswered before it has ever said anything: it is still being loaded. */
const WHILE_LOADING = 20;

/** How many times as long a worker may take to answer where plain loops compute, or where nobody knows yet. */
export const SLOWER = 10;

export interface Connection<To> {
  post(message: To): void;
  end(): void;
}

/** The workers that the page has. */
export type WorkerName = 'trainer' | 'measurer' | 'inspector' | 'animals';

/**
 * Starts a worker, talks with it and notices when it is gone: a worker that was ended, or whose memory ran out, says
 * nothing.
 * @param patience how many questions in a row may stay unanswered just now; a worker that computes for long answers late
 * @param onFailure called once, later than this returns; then the connection is at its end
 */
export function connect<To, From extends { type: string }>(
  name: WorkerName,
  patience: () => number,
  onMessage: (message: Exclude<From, { type: 'pong' }>) => void,
  onFailure: (failure: Failure) => void,
): Connection<To> {
  const worker = start(name);
  let unanswered = 0;
  let answered = false;
  let loaded = false;
  let ended = false;
  const end = () => {
    ended = true;
    clearInterval(timer);
    worker?.terminate();
  };
  const fail = (failure: Failure) => {
    if (ended) return;
    end();
    onFailure(failure);
  };
  const timer = setInterval(() => {
    // A page that was asleep finds many beats over at once, but only one question asked.
    unanswered = answered ? 0 : unanswered + 1;
    answered = false;
    if (unanswered > (loaded ? patience() : WHILE_LOADING)) fail({ kind: loaded ? 'lost' : 'unloaded' });
    else worker?.postMessage({ type: 'ping' });
  }, BEAT);
  if (!worker) setTimeout(() => fail({ kind: 'absent' }));
  worker?.addEventListener('error', (event) => {
    event.preventDefault();
    // A file that is not to be had, or not allowed, is an event without a message.
    fail(event.message ? { kind: 'failed', detail: event.message } : { kind: loaded ? 'lost' : 'unloaded' });
  });
  worker?.addEventListener('message', ({ data }: MessageEvent<From>) => {
    if (ended) return;
    answered = true;
    loaded = true;
    if (data.type !== 'pong') onMessage(data as Exclude<From, { type: 'pong' }>);
  });
  return { post: (message) => worker?.postMessage(message), end };
}

/** null where the browser, or its settings, do not give the page any. */
function start(name: WorkerName): Worker | null {
  // Where ../../worker-file.ts says that it is.
  const { href } = document.getElementById('worker') as HTMLLinkElement;
  try {
    return new Worker(href, { type: 'module', name });
  } catch {
    return null;
  }
}
