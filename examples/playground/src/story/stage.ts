import { wantsRest } from '../motion.js';

/** Shortest time between two looks at where the page stands, in ms. */
const BETWEEN = 150;
/** How long the page may take to come to rest, in ms: what it scrolls past is laid out only then, and moves the rest. */
const PATIENCE = 5000;
/** How far off is near enough, in pixels. */
const NEAR = 3;
/** How much is left free around what is brought near, in pixels. */
const MARGIN = 12;
/** What a visitor scrolls with. */
const TAKEN_OVER = ['wheel', 'touchmove', 'keydown'] as const;

/** Where it is to come: into the middle of what is free, or, if not all of it is seen, just so far that it is. */
export type Place = 'middle' | 'near';

/**
 * Scrolls all that `selector` finds to where nothing covers it, neither the bar at the top nor the story's panel; at once
 * for those who want no motion. It waits for a card that is still being loaded, and holds everything there until the page
 * has come to rest or the visitor scrolls.
 * @param card the id of the card that it is in, which is shown until it is there
 * @returns ends it
 */
export function bringIntoView(selector: string, card: string, place: Place): () => void {
  const behavior = wantsRest() ? 'instant' : 'smooth';
  let begin = performance.now();
  let before = Number.NaN;
  const look = () => {
    const moves = scrollY !== before;
    before = scrollY;
    if (moves && performance.now() - begin > BETWEEN) return;
    const waits = document.querySelector(selector) === null;
    if (waits) begin = performance.now();
    const distance = distanceTo(waits ? `#${card}` : selector, waits ? 'middle' : place);
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
function distanceTo(selector: string, place: Place): number {
  const boxes = Array.from(document.querySelectorAll(selector), (element) => element.getBoundingClientRect()).filter(
    ({ height }) => height > 0,
  );
  const bar = document.querySelector<HTMLElement>('.bar');
  const panel = document.querySelector('.story')?.getBoundingClientRect();
  if (boxes.length === 0 || !bar || !panel) return 0;
  const top = Math.min(...boxes.map((box) => box.top));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  // Where the bar ends when it has come to stand at the top.
  const begin = Number.parseFloat(getComputedStyle(bar).top) + bar.offsetHeight;
  const beside = panel.left >= bar.getBoundingClientRect().right;
  const end = beside ? innerHeight : panel.top;
  const room = end - begin - (bottom - top);
  if (place === 'middle' || room < 0) return top - begin - Math.max(0, room / 2);
  if (top < begin) return top - begin - Math.min(MARGIN, room);
  return bottom > end ? bottom - end + Math.min(MARGIN, room) : 0;
}
