import type { ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/**
 * Shortest time between two changes that a card follows, in ms, in sight and out of it: the filters move at full speed,
 * and the others need not.
 */
const BETWEEN = { seen: 250, unseen: 1000 };

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

/** The value of a signal that may change many times a second: followed a few times a second, and out of sight once. */
export function useCalm<T>(signal: ReadonlySignal<T>, inSight: boolean): T {
  const [value, setValue] = useState<{ of: T }>({ of: signal.peek() });
  const last = useRef(0);
  useEffect(() => {
    let timer = 0;
    const follow = () => {
      if (timer !== 0) return;
      const wait = last.current + (inSight ? BETWEEN.seen : BETWEEN.unseen) - performance.now();
      timer = window.setTimeout(
        () => {
          timer = 0;
          last.current = performance.now();
          const now = signal.peek();
          setValue((before) => (before.of === now ? before : { of: now }));
        },
        Math.max(0, wait),
      );
    };
    const stop = signal.subscribe(follow);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [signal, inSight]);
  return value.of;
}
