import type { ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useStore } from './state/store.js';

/**
 * Shortest time between two changes that a card follows, in ms: while the network learns, where the filters alone move at
 * full speed; while it rests, and someone may drag the timeline; out of sight then.
 */
const BETWEEN = { learning: 500, resting: 100, unseen: 2000 };

/** How far from the window a card is taken to be in sight, so that it is up to date when one scrolls to it. */
const NEAR = '300px 0px';

/**
 * Whether `box` is in sight or near.
 * @param rootMargin how near, as IntersectionObserver takes it
 */
export function useInSight(box: RefObject<Element | null>, rootMargin = NEAR): boolean {
  const [inSight, setInSight] = useState(false);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => setInSight(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin,
    });
    if (box.current) seen.observe(box.current);
    return () => seen.disconnect();
  }, [box, rootMargin]);
  return inSight;
}

/** By period, in ms: who waits for its next tick. What many cards show changes at once, and is drawn once. */
const clocks = new Map<number, { waiting: Set<() => void> }>();

function atTick(period: number, look: () => void): void {
  const running = clocks.get(period);
  if (running) {
    running.waiting.add(look);
    return;
  }
  const waiting = new Set([look]);
  clocks.set(period, { waiting });
  const tick = () => {
    clocks.delete(period);
    for (const each of waiting) each();
  };
  setTimeout(tick, period === 0 ? 0 : period - (performance.now() % period));
}

/**
 * The value of a signal that may change many times a second: followed twice a second while the network learns, by those
 * who are in sight; the others follow when they come into sight, or when it rests. The first value that is not null, and
 * null itself, are followed at once: nobody waits for what there was nothing of, or sees what there is nothing of any more.
 */
export function useCalm<T>(signal: ReadonlySignal<T>, inSight: boolean): T {
  const isLearning = useStore().training.isLearning.value;
  const [value, setValue] = useState<{ of: T }>({ of: signal.peek() });
  const shown = useRef(value.of);
  shown.current = value.of;
  const last = useRef(0);
  useEffect(() => {
    if (isLearning && !inSight) return;
    const between = BETWEEN[isLearning ? 'learning' : inSight ? 'resting' : 'unseen'];
    const look = () => {
      last.current = performance.now();
      const newest = signal.peek();
      setValue((before) => (before.of === newest ? before : { of: newest }));
    };
    const stop = signal.subscribe((newest) => {
      const isMore = shown.current !== null && newest !== null;
      const isEarly = isMore && performance.now() < last.current + between;
      atTick(isEarly ? between : 0, look);
    });
    return () => {
      stop();
      for (const { waiting } of clocks.values()) waiting.delete(look);
    };
  }, [signal, inSight, isLearning]);
  return value.of;
}
