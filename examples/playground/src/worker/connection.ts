/** How often a worker is asked whether it is there, in ms. */
const BEAT = 1500;
/** How many questions in a row it may leave unanswered before it has ever said anything: it is still being loaded. */
const WHILE_LOADING = 20;

export interface Connection<To> {
  post(message: To): void;
  end(): void;
}

/** The workers that the page has. */
export type WorkerName = 'trainer' | 'measurer' | 'inspector';

/**
 * Starts a worker, talks with it a worker and notices when it is gone: a worker that was ended, or whose memory ran out, says nothing.
 * @param patience how many questions in a row may stay unanswered; a worker that computes for long answers late
 * @param onLost called once; then the connection is at its end
 */
export function connect<To, From extends { type: string }>(
  name: WorkerName,
  patience: number,
  onMessage: (message: Exclude<From, { type: 'pong' }>) => void,
  onLost: () => void,
): Connection<To> {
  // Where ../../worker-file.ts says that it is.
  const { href } = document.getElementById('worker') as HTMLLinkElement;
  const worker = new Worker(href, { type: 'module', name });
  let unanswered = 0;
  let answered = false;
  let loaded = false;
  const end = () => {
    clearInterval(timer);
    worker.terminate();
  };
  const lose = () => {
    end();
    onLost();
  };
  const timer = setInterval(() => {
    // A page that was asleep finds many beats over at once, but only one question asked.
    unanswered = answered ? 0 : unanswered + 1;
    answered = false;
    if (unanswered > (loaded ? patience : WHILE_LOADING)) lose();
    else worker.postMessage({ type: 'ping' });
  }, BEAT);
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    lose();
  });
  worker.addEventListener('message', ({ data }: MessageEvent<From>) => {
    answered = true;
    loaded = true;
    if (data.type !== 'pong') onMessage(data as Exclude<From, { type: 'pong' }>);
  });
  return { post: (message) => worker.postMessage(message), end };
}
