/** Scrolls to a part of the page, at once for those who want no motion. */
export function goTo(id: string): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.getElementById(id)?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
}
