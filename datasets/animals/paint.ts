import { cosSin } from '../../src/transforms/angle.js';
import { type Canvas, SIZE } from './canvas.js';
import { clip, type Face, type Point } from './face.js';
import {
  EAR_CENTERS,
  type Frame,
  LABELS,
  paintDecoy,
  paintEar,
  paintEye,
  paintMouth,
  paintNose,
  spot,
} from './parts.js';

/** A part of a face of which a filter can be asked whether it finds it. */
export type FacePart = 'eye' | 'nose' | 'ear';
/** How a face is put together: as it should be, with eyes and nose exchanged, or with its parts anywhere. */
export type FaceArrangement = 'face' | 'turnedOver' | 'scattered';

/** Paints the whole face on an empty canvas, without light and noise. */
export function paintFace(
  canvas: Canvas,
  face: Face,
  { without, arrangement }: { without: FacePart | null; arrangement: FaceArrangement },
): void {
  const head: Frame = { at: face.center, turn: cosSin(face.degrees), radius: face.radius, side: 1 };
  const { eye, snout, scattered } = face;
  paintBackground(canvas, face);
  const decoys = (onFace: boolean) => {
    for (const decoy of face.decoys) {
      if (decoy.onFace !== onFace) continue;
      paintDecoy(canvas, decoy, face, { ...head, at: onFace ? spot(head, ...decoy.at) : decoy.at });
    }
  };
  decoys(false);
  // A part's own origin: in the face, with eyes and nose exchanged, or anywhere.
  const isScattered = arrangement === 'scattered';
  const over = arrangement === 'turnedOver';
  const frame = (index: number, side: 1 | -1, x: number, y: number): Frame => {
    return { ...head, side, at: isScattered ? scattered[index] : spot(head, x, y) };
  };
  if (without !== 'ear') {
    for (const [i, side] of SIDES.entries()) {
      const [x, y] = EAR_CENTERS[face.ears];
      paintEar(canvas, face, frame(i, side, side * x, y));
    }
  }
  const [noseX, noseY] = [snout.at[0], over ? eye.down : snout.at[1]];
  if (!isScattered) paintHead(canvas, face, head, [noseX, noseY]);
  decoys(true);
  if (!isScattered) paintMouth(canvas, face, head);
  if (without !== 'eye') {
    for (const [i, side] of SIDES.entries()) {
      const y = (over ? snout.at[1] : eye.down) + eye.lift[i];
      paintEye(canvas, face, frame(2 + i, side, side * eye.across, y));
    }
  }
  if (without !== 'nose') paintNose(canvas, face, frame(4, 1, noseX, noseY));
  paintOccluder(canvas, face);
}

const SIDES = [1, -1] as const;

function paintBackground(canvas: Canvas, { background, clutter }: Face): void {
  const half = (SIZE - 1) / 2;
  for (let at = 0; at < SIZE * SIZE; at++) {
    const [x, y] = [(at % SIZE) / half - 1, Math.floor(at / SIZE) / half - 1];
    canvas.pixels[at] = clip(background.shade + background.slope[0] * x + background.slope[1] * y, 0, 1);
  }
  for (const { kind, at, radius, turn, shade } of clutter) {
    const paint = { shade, label: LABELS.background };
    const [x, y] = at;
    const point = (along: number, across: number) =>
      [
        x + radius * (along * turn.cos - across * turn.sin),
        y + radius * (along * turn.sin + across * turn.cos),
      ] as const;
    if (kind === 'disk') canvas.ellipse(x, y, radius, radius, turn, paint);
    else if (kind === 'ellipse') canvas.ellipse(x, y, 1.2 * radius, 0.6 * radius, turn, paint);
    else if (kind === 'triangle') canvas.polygon([point(1, 0), point(-0.6, 0.8), point(-0.6, -0.8)], 0, paint);
    else canvas.bar(...point(-1.5, 0), ...point(1.5, 0), 0.5 * radius, paint);
  }
}

function paintHead(canvas: Canvas, { head, fur, snout, nose }: Face, frame: Frame, noseAt: Point): void {
  const { radius, at, turn } = frame;
  const [rx, ry] = [head.radii[0] * radius, head.radii[1] * radius];
  canvas.ellipse(...at, rx, ry, turn, { shade: fur, label: LABELS.head });
  if (head.outlined) canvas.ellipse(...at, rx, ry, turn, { shade: 0.4 * fur, label: LABELS.head, line: 0.9 });
  const onHead = { label: LABELS.head, over: LABELS.head };
  for (const { at: place, radius: size, shade } of head.spots) {
    canvas.ellipse(...spot(frame, ...place), size * radius, size * radius, turn, { ...onHead, shade });
  }
  if (nose === 'button' && snout.muzzle !== null) {
    const middle = spot(frame, noseAt[0], noseAt[1] + 0.14);
    canvas.ellipse(...middle, 0.42 * radius, 0.34 * radius, turn, { ...onHead, shade: snout.muzzle });
  }
}

function paintOccluder(canvas: Canvas, { occluder }: Face): void {
  if (!occluder) return;
  const { kind, at, radii, turn, shade } = occluder;
  const paint = { shade, label: LABELS.occluder };
  if (kind === 'ellipse') canvas.ellipse(...at, ...radii, turn, paint);
  else {
    const [x, y] = [1.5 * radii[0] * turn.cos, 1.5 * radii[0] * turn.sin];
    canvas.bar(at[0] - x, at[1] - y, at[0] + x, at[1] + y, radii[1], paint);
  }
}
