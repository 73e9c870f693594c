/** Shortest time between two looks at where the page stands, in ms. */
const BETWEEN = 150;
/** How long the page may take to come to rest, in ms: what it scrolls past is laid out only then, and moves the rest. */
const PATIENCE = 5000;
/** How far off is near enough, in pixels. */
const NEAR = 3;
/** What a visitor scrolls with. */
const TAKEN_OVER = ['wheel', 'touchmove', 'keydown'] as const;

/**
 * Scrolls all that `selector` finds into the middle of what is free between the bar at the top and the story's panel, at
 * once for those who want no motion, and holds it there until the page has come to rest or the visitor scrolls.
 * @returns ends it
 */
export function bringIntoView(selector: string): () => void {
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'instant' : 'smooth';
  const begin = performance.now();
  let before = Number.NaN;
  const look = () => {
    const moves = scrollY !== before;
    before = scrollY;
    if (moves && performance.now() - begin > BETWEEN) return;
    const distance = distanceTo(selector);
    if (Math.abs(distance) > NEAR) scrollBy({ top: distance, behavior });
    if (performance.now() - begin > PATIENCE) end();
  };
  const timer = setInterval(look, BETWEEN);
  const end = () => {
    clearInterval(timer);
    for (const event of TAKEN_OVER) removeEventListener(event, end);
  };
  for (const event of TAKEN_OVER) addEventListener(event, end, { passive: true });
  look();
  return end;
}

/** How far the page must scroll, in pixels; what is higher than the room for it begins at its top. */
function distanceTo(selector: string): number {
  const boxes = Array.from(document.querySelectorAll(selector), (element) => element.getBoundingClientRect());
  const bar = document.querySelector<HTMLElement>('.bar');
  const panel = document.querySelector('.story');
  if (boxes.length === 0 || !bar || !panel) return 0;
  const top = Math.min(...boxes.map((box) => box.top));
  const height = Math.max(...boxes.map((box) => box.bottom)) - top;
  // Where the bar ends when it has come to stand at the top.
  const begin = Number.parseFloat(getComputedStyle(bar).top) + bar.offsetHeight;
  const free = panel.getBoundingClientRect().top - begin;
  return top - begin - Math.max(0, (free - height) / 2);
}
