/** Red, green, blue, from 0 to 255. */
export type Color = readonly [number, number, number];

/** ColorBrewer's RdBu (Harrower & Brewer 2003), from blue to red; color-blind people can distinguish its ends. */
const BLUE_TO_RED: readonly Color[] = [
  [5, 48, 97],
  [33, 102, 172],
  [67, 147, 195],
  [146, 197, 222],
  [209, 229, 240],
  [247, 247, 247],
  [253, 219, 199],
  [244, 165, 130],
  [214, 96, 77],
  [178, 24, 43],
  [103, 0, 31],
];

/** The color of a value from -1, blue, over 0, near white, to 1, red; values beyond are clipped, NaN is green. */
export function diverging(value: number): Color {
  if (Number.isNaN(value)) return [0, 200, 0];
  const at = ((Math.min(1, Math.max(-1, value)) + 1) / 2) * (BLUE_TO_RED.length - 1);
  const below = Math.min(Math.floor(at), BLUE_TO_RED.length - 2);
  return mixed(BLUE_TO_RED[below], BLUE_TO_RED[below + 1], at - below);
}

/** The gray of a value from 0, white, to 1, black; values beyond are clipped. */
export function ink(value: number): Color {
  const gray = Math.round(255 * (1 - Math.min(1, Math.max(0, value))));
  return [gray, gray, gray];
}

/** The color of red, green and blue from −1 to 1 around gray, 0; values beyond are clipped, NaN is green. */
export function aroundGray(red: number, green: number, blue: number): Color {
  if (Number.isNaN(red + green + blue)) return [0, 200, 0];
  return rgb(0.5 + red / 2, 0.5 + green / 2, 0.5 + blue / 2);
}

/** The color of red, green and blue from 0 to 1; values beyond are clipped. */
export function rgb(...levels: [number, number, number]): Color {
  return levels.map((level) => Math.round(255 * Math.min(1, Math.max(0, level)))) as unknown as Color;
}

/** A color between two others: the first for a share of 0, the second for 1. */
export function mixed(from: Color, to: Color, share: number): Color {
  return [0, 1, 2].map((i) => Math.round(from[i] + (to[i] - from[i]) * share)) as unknown as Color;
}
