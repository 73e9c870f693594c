import type { Generator } from '../../src/random.js';
import { cosSin } from '../../src/transforms/angle.js';
import { length, SIZE, type Turn } from './canvas.js';

// What a drawing is made of, as numbers, all of them drawn once: `paintFace` paints them, in one arrangement or another and
// with or without a part, so that two paintings of one face differ in nothing else.

export const EARS = ['pointed', 'floppy', 'round'] as const;
export const NOSES = ['button', 'snout'] as const;
export const EYES = ['round', 'slit'] as const;

/** A point in pixels from the left and from the top, or in units of the head's radius right of and below its center. */
export type Point = readonly [x: number, y: number];

/** What looks like a part, and is none. */
export interface Decoy {
  kind: 'darkDisk' | 'lightDisk' | 'halfSquare' | 'insideOut' | 'turnedNose' | 'emptySnout';
  /** Whether it is painted on the head, in front of ears and below eyes and nose; else behind the head. */
  onFace: boolean;
  /** On the face in units of the head's radius, else in pixels. */
  at: Point;
  /** In units of the head's radius. */
  size: number;
  /** Of a nose, from upright: 60 to 300 degrees. */
  turned: Turn;
}
const DECOYS = ['darkDisk', 'lightDisk', 'halfSquare', 'insideOut', 'turnedNose', 'emptySnout'] as const;

interface Clutter {
  kind: 'disk' | 'bar' | 'ellipse' | 'triangle';
  at: Point;
  radius: number;
  turn: Turn;
  shade: number;
}

/** All that is drawn at random of one face, but its noise. */
export interface Face {
  ears: (typeof EARS)[number];
  nose: (typeof NOSES)[number];
  eyes: (typeof EYES)[number];
  /** The center of the head in pixels, its radius in pixels and its turn. */
  center: Point;
  radius: number;
  degrees: number;
  fur: number;
  background: { shade: number; slope: Point };
  head: { radii: Point; outlined: boolean; spots: { at: Point; radius: number; shade: number }[] };
  ear: { size: number; shade: number; inside: number };
  eye: { across: number; down: number; lift: Point; size: number; light: number; pupil: number; gaze: Point };
  snout: { at: Point; size: number; dark: number; shade: number; muzzle: number | null };
  mouth: { kind: 'none' | 'line' | 'V'; shade: number; whiskers: boolean };
  clutter: Clutter[];
  decoys: Decoy[];
  occluder: { kind: 'ellipse' | 'bar'; at: Point; radii: Point; turn: Turn; shade: number } | null;
  /** Where the parts lie when they are scattered, in pixels: two ears, two eyes, the nose. */
  scattered: Point[];
}

export const clip = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** Draws all that a face of this kind is. */
export function imagine(kind: Pick<Face, 'ears' | 'nose' | 'eyes'>, generator: Generator): Face {
  const u = (low: number, high: number) => generator.uniform(low, high);
  const chance = (share: number) => generator.uniform() < share;
  const whole = (least: number, most: number) => least + generator.integer(most - least + 1);
  const any = <T>(items: readonly T[]) => items[generator.integer(items.length)];
  const list = <T>(count: number, make: () => T) => Array.from({ length: count }, make);
  const anyTurn = () => cosSin(u(0, 360));
  const onPage = (): Point => [u(0, SIZE - 1), u(0, SIZE - 1)];

  const center: Point = [31.5 + u(-6, 6), 35.5 + u(-5, 5)];
  const degrees = u(-20, 20);
  const radius = u(15, 19.5);
  const fur = u(0.25, 0.85);
  const earShade = clip(fur + u(-0.08, 0.12), 0.3, 0.95);
  let behind = u(0, 1);
  while (Math.abs(behind - fur) < 0.2 || Math.abs(behind - earShade) < 0.15) behind = u(0, 1);
  const gradient = anyTurn();
  const steepness = u(0, 0.2);
  const light = clip(fur + u(0.15, 0.5), 0.6, 1);
  const pupil = clip(Math.min(fur, light - 0.3) - u(0.1, 0.5), 0, 0.4);
  const dark = clip(fur - u(0.2, 0.6), 0, 0.5);
  const snoutShade = clip(fur + u(0.08, 0.3), 0, 1);
  const decoy = (onFace: boolean, at: Point): Decoy => {
    return { onFace, kind: any(DECOYS), at, size: u(0.16, 0.3), turned: cosSin(u(60, 300)) };
  };
  return {
    ...kind,
    center,
    radius,
    degrees,
    fur,
    background: { shade: behind, slope: [steepness * gradient.cos, steepness * gradient.sin] },
    head: {
      radii: [u(0.9, 1.08), u(0.9, 1.08)],
      outlined: chance(0.3),
      spots: list(whole(0, 3), () => ({
        at: [u(-0.7, 0.7), u(-0.7, 0.7)] as const,
        radius: u(0.15, 0.45),
        shade: clip(fur + u(-0.3, 0.3), 0, 1),
      })),
    },
    ear: { size: u(0.88, 1.12), shade: earShade, inside: clip(earShade - u(0.22, 0.5), 0, 1) },
    eye: {
      across: u(0.36, 0.5),
      down: u(-0.36, -0.18),
      lift: [u(-0.04, 0.04), u(-0.04, 0.04)],
      size: u(0.9, 1.15),
      light,
      pupil,
      gaze: [u(-0.06, 0.06), u(-0.06, 0.06)],
    },
    snout: {
      at: [u(-0.07, 0.07), u(0.34, 0.5)],
      size: u(0.9, 1.15),
      dark,
      shade: snoutShade,
      muzzle: chance(0.5) ? clip(fur + u(0.1, 0.35), 0, 1) : null,
    },
    mouth: { kind: any(['none', 'line', 'V']), shade: clip(fur - u(0.2, 0.5), 0, 1), whiskers: chance(0.35) },
    clutter: list(whole(6, 14), () => ({
      kind: any(['disk', 'bar', 'ellipse', 'triangle']),
      at: onPage(),
      radius: u(2, 6),
      turn: anyTurn(),
      shade: clip(behind + u(-0.45, 0.45), 0, 1),
    })),
    decoys: [
      ...list(whole(3, 7), () => decoy(false, onPage())),
      ...list(whole(0, 2), () => decoy(true, [u(-0.75, 0.75), u(-0.75, 0.85)])),
    ],
    occluder: chance(0.3)
      ? {
          kind: any(['ellipse', 'bar']),
          at: [u(8, 56), u(8, 56)],
          radii: [u(4, 8), u(2.5, 4.5)],
          turn: anyTurn(),
          shade: u(0, 1),
        }
      : null,
    scattered: apart(onPage, 0.75 * radius),
  };
}

/** Five places at least `distance` from each other as far as that is found in some tries, and from the border. */
function apart(place: () => Point, distance: number): Point[] {
  const found: Point[] = [];
  for (let i = 0; i < 5; i++) {
    let [at, tries] = [place(), 0];
    const free = () =>
      at.every((value) => value > 9 && value < SIZE - 10) &&
      found.every(([x, y]) => length(x - at[0], y - at[1]) > distance);
    for (; !free() && tries < 40; tries++) at = place();
    found.push([clip(at[0], 9, SIZE - 10), clip(at[1], 9, SIZE - 10)]);
  }
  return found;
}
