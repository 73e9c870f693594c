/** How far off is near enough, in pixels. */
const NEAR = 40;

/** Scrolls to a part of the page, at once for those who want no motion. */
export function goTo(id: string): void {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const part = document.getElementById(id);
  const place = () => part?.getBoundingClientRect().top ?? 0;
  part?.scrollIntoView({ behavior: still ? 'auto' : 'smooth', block: 'start' });
  const margin = Number.parseFloat(part ? getComputedStyle(part).scrollMarginTop : '0');
  // Parts that it passed for the first time have found their heights meanwhile, and moved it.
  const again = () => {
    if (Math.abs(place() - margin) > NEAR) part?.scrollIntoView({ behavior: 'auto', block: 'start' });
  };
  addEventListener('scrollend', again, { once: true });
}
