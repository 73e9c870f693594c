import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useInSight } from '../calm.js';
import { Card } from '../card.js';
import { goTo } from '../go-to.js';
import { reducedMotion } from '../motion.js';
import { useStore } from '../state/store.js';
import { useTexts } from '../texts/index.js';
import { END, filterAt, mapAt } from './film.js';
import { BATCHES, batchesAt, FRAMES } from './frames.js';
import { Player } from './player.js';

/** A recorded filter that turns from noise into an edge, and the button that does the same live. */
export function Hero() {
  const { hero: texts } = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { player, plays, toggle } = usePlayer(canvas);
  return (
    <Card id="hero" title={texts.title}>
      <div class="film">
        <canvas ref={canvas} role="img" aria-label={describe(texts.description)} />
        <p>{texts.digit}</p>
        <p>{player && <FilterName frame={player.frame} />}</p>
        <p>{texts.map}</p>
      </div>
      {player && <Captions act={player.act} />}
      <div class="buttons">
        <LiveButton />
        <button type="button" title={plays ? texts.pauseTip : texts.playTip} onClick={toggle}>
          <span aria-hidden="true">{plays ? '❚❚' : '▶'}</span> {plays ? texts.pause : texts.play}
        </button>
      </div>
      <p class="note">{texts.note}</p>
    </Card>
  );
}

/**
 * The film plays by itself as long as nothing has been learned here and nobody minds motion, and only in sight; or as
 * the visitor asks. Else it shows its end, and leaves the cores to the training.
 */
function usePlayer(canvas: { current: HTMLCanvasElement | null }) {
  const { training, preferences } = useStore();
  const [player, setPlayer] = useState<Player | null>(null);
  const [asked, setAsked] = useState<boolean | null>(null);
  const still = useStill();
  const seen = useInSight(canvas, '0px');
  const phase = training.phase.value;
  const rests = still || phase === 'running' || phase === 'paused' || phase === 'finished';
  const plays = asked ?? !rests;
  const dark = preferences.dark.value;
  useLayoutEffect(() => {
    const made = new Player(canvas.current!);
    setPlayer(made);
    return () => made.end();
  }, [canvas]);
  useLayoutEffect(() => {
    if (!rests) return;
    setAsked(null);
    player?.seek(END);
  }, [player, rests]);
  useEffect(() => player?.fit(), [player, dark]);
  useEffect(() => {
    if (player && plays && seen) player.run();
    return () => player?.halt();
  }, [player, plays, seen]);
  const toggle = () => {
    if (!plays) player?.rewind();
    setAsked(!plays);
  };
  return { player, plays, toggle };
}

/** Whether the visitor wants no motion. */
function useStill(): boolean {
  const [query] = useState(reducedMotion);
  const [still, setStill] = useState(query.matches);
  useEffect(() => {
    const follow = () => setStill(query.matches);
    query.addEventListener('change', follow);
    return () => query.removeEventListener('change', follow);
  }, [query]);
  return still;
}

/** Starts the training, where it is not running already, and goes to what it changes. */
function LiveButton() {
  const { training } = useStore();
  const { hero: texts } = useTexts();
  const running = training.isLearning.value;
  return (
    <button
      type="button"
      class="primary"
      disabled={training.problem.value?.kind === 'absent'}
      title={running ? texts.seeLiveTip : texts.liveTip}
      onClick={() => {
        if (!running) training.start();
        goTo('filters');
      }}
    >
      {running ? texts.seeLive : texts.live}
    </button>
  );
}

function FilterName({ frame }: { frame: ReadonlySignal<number> }) {
  const { hero: texts } = useTexts();
  return <>{texts.filter(batchesAt(frame.value))}</>;
}

/** All of them all the time, so that nothing jumps; the one that the film is at stands out. */
function Captions({ act }: { act: ReadonlySignal<number> }) {
  const { hero: texts } = useTexts();
  return (
    <ol class="captions">
      {texts.captions.map((caption, i) => (
        <li key={i} class={i === act.value ? 'now' : ''}>
          {caption}
        </li>
      ))}
    </ol>
  );
}

type Range = [string, string];

/** With the numbers of the recording. */
function describe(text: (batches: number, weights: Range, before: Range, after: Range) => string): string {
  const range = (values: Float32Array, digits: number): Range => {
    const read = (value: number) => value.toFixed(digits).replace('-', '−');
    return [read(Math.min(...values)), read(Math.max(...values))];
  };
  const last = FRAMES - 1;
  return text(BATCHES, range(filterAt(last).values, 2), range(mapAt(0), 1), range(mapAt(last), 1));
}
