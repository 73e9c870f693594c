import { wantsRest } from './motion.js';

/** How far off is near enough, in pixels. */
const NEAR = 40;

/**
 * Scrolls to a part of the page, at once for those who want no motion.
 * @param inside selects what in it to bring to the middle of the window; without it, the part begins at the top
 */
export function goTo(id: string, inside?: string): void {
  const still = wantsRest();
  const part = document.getElementById(id);
  const detail = inside ? part?.querySelector(inside) : null;
  if (detail) {
    detail.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'center' });
    return;
  }
  const place = () => part?.getBoundingClientRect().top ?? 0;
  part?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
  const margin = Number.parseFloat(part ? getComputedStyle(part).scrollMarginTop : '0');
  // Parts that it passed for the first time have found their heights meanwhile, and moved it.
  const again = () => {
    if (Math.abs(place() - margin) > NEAR) part?.scrollIntoView({ behavior: 'auto', block: 'start' });
  };
  addEventListener('scrollend', again, { once: true });
}

/** What a visitor does who no longer wants to be where the address says. */
const MOVES = ['wheel', 'touchmove', 'pointerdown', 'keydown'];

/** Shows a part of the page from the start, and keeps it in its place while the parts above it grow, until the visitor moves. */
export function startAt(id: string): void {
  if (id === '') return;
  const moved = new AbortController();
  const seen = new ResizeObserver(() => document.getElementById(id)?.scrollIntoView({ block: 'start' }));
  moved.signal.addEventListener('abort', () => seen.disconnect());
  for (const move of MOVES) addEventListener(move, () => moved.abort(), { signal: moved.signal, passive: true });
  seen.observe(document.body);
}
