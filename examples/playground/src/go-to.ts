/**
 * Scrolls to a part of the page, at once for those who want no motion.
 * @param inside selects what in it to bring to the middle of the window; without it, the part begins at the top
 */
export function goTo(id: string, inside?: string): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const part = document.getElementById(id);
  const detail = inside ? part?.querySelector(inside) : null;
  (detail ?? part)?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: detail ? 'center' : 'start' });
}
