import type { ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** Shortest time between two changes that a card follows, in ms: the filters move at full speed, and the others need not. */
const BETWEEN = 250;

/** How far from the window a card already follows, so that it is there when one scrolls to it. */
const NEAR = { rootMargin: '300px 0px' };

/**
 * The value of a signal that may change many times a second: followed a few times a second, and only while `box` is in
 * sight or near.
 */
export function useCalm<T>(signal: ReadonlySignal<T>, box: RefObject<Element | null>): T {
  const [value, setValue] = useState<{ of: T }>({ of: signal.peek() });
  useEffect(() => {
    let visible = true;
    let timer = 0;
    let last = 0;
    const follow = () => {
      if (!visible || timer !== 0) return;
      const wait = Math.max(0, last + BETWEEN - performance.now());
      timer = window.setTimeout(() => {
        timer = 0;
        last = performance.now();
        const now = signal.peek();
        setValue((before) => (before.of === now ? before : { of: now }));
      }, wait);
    };
    const seen = new IntersectionObserver(([{ isIntersecting }]) => {
      visible = isIntersecting;
      follow();
    }, NEAR);
    if (box.current) seen.observe(box.current);
    const stop = signal.subscribe(follow);
    return () => {
      stop();
      seen.disconnect();
      clearTimeout(timer);
    };
  }, [signal, box]);
  return value.of;
}
