/** Scrolls to a part of the page, at once for those who want no motion. */
export function goTo(id: string): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.getElementById(id)?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
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
