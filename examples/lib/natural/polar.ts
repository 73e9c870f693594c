/** Which orientations and frequencies filters have, as dots in half a disk. */
import type { GaborFit } from '../../../src/inspect/index.js';

/** Filters of one kind: a half disk. */
export interface PolarGroup {
  name: string;
  fits: readonly GaborFit[];
  /** Dots of filters with more R2 than this are filled. */
  threshold: number;
}

const RADIUS = 250;
/** Cycles a pixel at the rim, beyond the highest of the Gabor functions; at 0.5 pixels alternate. */
const RIM = 0.45;
const DOT = 5;
const [LEFT, TOP, WIDTH] = [40, 92, 640];
const [FILLED, OUTLINE, GRID, TEXT] = ['#0072B2', '#888888', '#dddddd', '#222222'];

/**
 * An SVG: the angle of a dot is the orientation of a filter's stripes, its distance from the center their frequency. Filters with
 * the same of both, of which there are only 12 and 6, stand side by side.
 */
export function polarPlot(groups: readonly PolarGroup[], title: string): string {
  const width = Math.max(WIDTH, groups.length * (2 * RADIUS + 2 * LEFT));
  const height = TOP + RADIUS + 80;
  const half = groups.map((group, i) => halfDisk(group, i * (2 * RADIUS + 2 * LEFT) + LEFT + RADIUS, TOP + RADIUS));
  const key = 'a dot a filter; filled: more Gabor R² than 99 of 100 random filters';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="13" fill="${TEXT}" style="max-width:100%;height:auto">
<title>${title}</title><rect width="${width}" height="${height}" fill="white"/>
<text x="${LEFT}" y="26" font-weight="bold" font-size="15">${title}</text>
<text x="${LEFT}" y="46">${key}</text>
${half.join('\n')}
</svg>
`;
}

function halfDisk({ name, fits, threshold }: PolarGroup, x: number, y: number): string {
  const parts: string[] = [];
  for (const frequency of [0.1, 0.2, 0.3, 0.4]) {
    const r = (frequency / RIM) * RADIUS;
    parts.push(`<path d="M${x - r} ${y} A${r} ${r} 0 0 1 ${x + r} ${y}" fill="none" stroke="${GRID}"/>`);
    parts.push(`<text x="${x + r}" y="${y + 26}" text-anchor="middle" font-size="12">${frequency}</text>`);
  }
  for (let angle = 0; angle <= 180; angle += 30) {
    const [px, py] = place(x, y, angle, RADIUS);
    const [tx, ty] = place(x, y, angle, RADIUS + 15);
    parts.push(`<path d="M${x} ${y} L${px} ${py}" stroke="${GRID}"/>`);
    if (angle > 0 && angle < 180)
      parts.push(`<text x="${tx}" y="${ty + 4}" text-anchor="middle" font-size="12">${angle}°</text>`);
  }
  parts.push(
    `<text x="${x}" y="${y + 46}" text-anchor="middle" font-size="12">frequency, cycles a pixel; angle: orientation of the stripes</text>`,
  );
  const count = fits.filter(({ r2 }) => r2 > threshold).length;
  parts.push(
    `<text x="${x}" y="${y + 68}" text-anchor="middle" font-weight="bold">${name}: ${count} of ${fits.length} filled</text>`,
  );
  const same = new Map<string, GaborFit[]>();
  for (const fit of fits) {
    if (Number.isNaN(fit.r2)) continue;
    const key = `${fit.orientation} ${fit.frequency}`;
    same.set(key, [...(same.get(key) ?? []), fit]);
  }
  for (const alike of same.values()) {
    alike.sort((a, b) => b.r2 - a.r2);
    for (const [i, { orientation, frequency, r2 }] of alike.entries()) {
      const [cx, cy] = place(x, y, orientation, (frequency / RIM) * RADIUS);
      const [dx, dy] = spiral(i);
      const style = r2 > threshold ? `fill="${FILLED}" stroke="white"` : `fill="none" stroke="${OUTLINE}"`;
      parts.push(`<circle cx="${round(cx + dx)}" cy="${round(cy + dy)}" r="${DOT - 0.5}" ${style}/>`);
    }
  }
  return parts.join('\n');
}

function place(x: number, y: number, degrees: number, r: number): [number, number] {
  const angle = (degrees * Math.PI) / 180;
  return [round(x + r * Math.cos(angle)), round(y - r * Math.sin(angle))];
}

/** The places of dots around the first, as the seeds of a sunflower. */
function spiral(i: number): [number, number] {
  const [r, angle] = [DOT * 1.9 * Math.sqrt(i), i * 2.4];
  return [r * Math.cos(angle), r * Math.sin(angle)];
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
