import { cosSin } from '../../src/transforms/angle.js';
import type { Canvas, Turn } from './canvas.js';
import type { Decoy, Face, Point } from './face.js';

/** What the label map says of a pixel. */
export const LABELS = { background: 0, head: 1, ear: 2, eye: 3, nose: 4, mouth: 5, decoy: 6, occluder: 7 } as const;

/** Where a part stands, and how it is turned. */
export interface Frame {
  at: Point;
  turn: Turn;
  radius: number;
  /** -1 for what is mirrored. */
  side: 1 | -1;
}

/** A point of a frame on the page. */
export function spot({ at, turn, radius, side }: Frame, x: number, y: number): [number, number] {
  const [across, down] = [side * x * radius, y * radius];
  return [at[0] + across * turn.cos - down * turn.sin, at[1] + across * turn.sin + down * turn.cos];
}

/** The frame's turn and some degrees more, outwards: counter-clockwise on the right side, clockwise on the left. */
const OUTWARDS = { ear: cosSin((-0.22 * 180) / Math.PI), eye: cosSin((-0.25 * 180) / Math.PI) };
function turned({ turn, side }: Frame, { cos, sin }: Turn): Turn {
  return { cos: turn.cos * cos - turn.sin * sin * side, sin: turn.sin * cos + turn.cos * sin * side };
}

/** About the middle of each kind of ear, right of the head's center: where its frame stands. */
export const EAR_CENTERS = { pointed: [0.66, -0.9], floppy: [1.02, -0.08], round: [0.76, -0.84] } as const;

/** Darker inside. */
export function paintEar(canvas: Canvas, { ears, ear }: Face, frame: Frame): void {
  const [outer, inner] = [ear.shade, ear.inside].map((shade) => ({ shade, label: LABELS.ear }));
  const [x, y] = EAR_CENTERS[ears];
  const point = (px: number, py: number) => spot(frame, px - x, py - y);
  const q = ear.size;
  const r = q * frame.radius;
  if (ears === 'pointed') {
    canvas.polygon([point(0.2, -0.8), point(0.95, -0.4), point(0.72, -0.85 - 0.62 * q)], 0.6, outer);
    canvas.polygon([point(0.4, -0.86), point(0.8, -0.62), point(0.69, -0.74 - 0.46 * q)], 0, inner);
  } else if (ears === 'floppy') {
    const turn = turned(frame, OUTWARDS.ear);
    canvas.ellipse(...point(1.02, -0.08), 0.32 * r, 0.62 * r, turn, outer);
    canvas.ellipse(...point(1.06, 0.05), 0.15 * r, 0.4 * r, turn, inner);
  } else {
    canvas.ellipse(...point(0.76, -0.84), 0.44 * r, 0.44 * r, frame.turn, outer);
    canvas.ellipse(...point(0.76, -0.84), 0.24 * r, 0.24 * r, frame.turn, inner);
  }
}

/** Light, with a dark pupil. */
export function paintEye(canvas: Canvas, { eyes, eye }: Face, frame: Frame): void {
  const [white, black] = [eye.light, eye.pupil].map((shade) => ({ shade, label: LABELS.eye }));
  const r = eye.size * frame.radius;
  if (eyes === 'round') {
    canvas.ellipse(...frame.at, 0.27 * r, 0.27 * r, frame.turn, white);
    const [x, y] = eye.gaze; // Both look the same way.
    canvas.ellipse(...spot(frame, frame.side * x, y), 0.15 * r, 0.15 * r, frame.turn, black);
  } else {
    const turn = turned(frame, OUTWARDS.eye);
    canvas.ellipse(...frame.at, 0.33 * r, 0.2 * r, turn, white);
    canvas.ellipse(...frame.at, 0.065 * r, 0.2 * r, turn, black);
  }
}

const NOSE: readonly Point[] = [
  [-0.22, -0.12],
  [0.22, -0.12],
  [0, 0.14],
];

/** A dark triangle that points down, or a light snout with two holes. */
export function paintNose(canvas: Canvas, { nose, snout }: Face, frame: Frame): void {
  const { radius, turn, at } = frame;
  const r = snout.size * radius;
  const dark = { shade: snout.dark, label: LABELS.nose };
  if (nose === 'button') {
    const corners = NOSE.map(([x, y]) => spot(frame, snout.size * x, snout.size * y));
    canvas.polygon(corners, 0.09 * radius, dark);
    return;
  }
  canvas.ellipse(...at, 0.4 * r, 0.29 * r, turn, { shade: snout.shade, label: LABELS.nose });
  canvas.ellipse(...at, 0.4 * r, 0.29 * r, turn, { ...dark, line: 0.7 });
  for (const x of [-0.16, 0.16]) {
    canvas.ellipse(...spot(frame, snout.size * x, 0), 0.075 * r, 0.12 * r, turn, dark);
  }
}

/** Below the place where a nose usually is, whatever is there. */
export function paintMouth(canvas: Canvas, { mouth, snout }: Face, frame: Frame): void {
  const { radius } = frame;
  const paint = { shade: mouth.shade, label: LABELS.mouth };
  const bar = (from: Point, to: Point, width: number) =>
    canvas.bar(...spot(frame, ...from), ...spot(frame, ...to), width, paint);
  const [x, y] = [snout.at[0], snout.at[1] + 0.36];
  if (mouth.kind === 'line') bar([x - 0.2, y], [x + 0.2, y], 0.06 * radius);
  if (mouth.kind === 'V') {
    bar([x - 0.2, y + 0.06], [x, y - 0.06], 0.06 * radius);
    bar([x + 0.2, y + 0.06], [x, y - 0.06], 0.06 * radius);
  }
  if (!mouth.whiskers) return;
  for (const side of [-1, 1]) {
    for (const rise of [-0.12, 0, 0.12]) {
      bar([side * 0.45, y - 0.26 + rise / 2], [side * 1.1, y - 0.26 + 1.6 * rise], 0.7);
    }
  }
}

/** In the shades of the face's own parts. */
export function paintDecoy(canvas: Canvas, decoy: Decoy, { eye, snout }: Face, frame: Frame): void {
  const { at, radius, turn } = frame;
  const r = decoy.size * radius;
  const paint = (shade: number) => ({ shade, label: LABELS.decoy });
  const disk = (size: number, shade: number) => canvas.ellipse(...at, size * r, size * r, turn, paint(shade));
  const square = (left: number, right: number, shade: number) => {
    const corners = [spot(frame, left, -s), spot(frame, right, -s), spot(frame, right, s), spot(frame, left, s)];
    canvas.polygon(corners, 0, paint(shade));
  };
  const s = 0.9 * decoy.size;
  switch (decoy.kind) {
    case 'darkDisk':
      disk(1, eye.pupil);
      break;
    case 'lightDisk':
      disk(1, eye.light);
      break;
    case 'halfSquare':
      square(-s, s, eye.light);
      square(-s, 0, eye.pupil);
      break;
    case 'insideOut':
      disk(1, eye.pupil);
      disk(0.55, eye.light);
      break;
    case 'turnedNose': {
      const away = { ...frame, turn: turned(frame, decoy.turned) };
      const scale = decoy.size / 0.22;
      const corners = NOSE.map(([x, y]) => spot(away, scale * x, scale * y));
      canvas.polygon(corners, 0.09 * scale * radius, paint(snout.dark));
      break;
    }
    case 'emptySnout':
      canvas.ellipse(...at, 1.3 * r, 0.95 * r, turn, paint(snout.shade));
      canvas.ellipse(...at, 1.3 * r, 0.95 * r, turn, { ...paint(snout.dark), line: 0.7 });
  }
}
