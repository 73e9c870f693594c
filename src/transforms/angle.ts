/**
 * @internal The cosine and the sine of an angle in degrees, to about 1e-16 and from plain arithmetic: engines differ in the
 * last bit of Math.cos, and the same seed is to give the same images in all of them. Multiples of 90 degrees are exact.
 */
export function cosSin(degrees: number): { cos: number; sin: number } {
  const quarters = Math.round(degrees / 90);
  const angle = ((degrees - 90 * quarters) * Math.PI) / 180; // Within 45 degrees, where the series are short.
  const square = angle * angle;
  let [cos, sin] = [1, 1];
  for (let n = 18; n >= 2; n -= 2) {
    cos = 1 - (square / (n * (n - 1))) * cos;
    sin = 1 - (square / (n * (n + 1))) * sin;
  }
  sin *= angle;
  switch (((quarters % 4) + 4) % 4) {
    case 0:
      return { cos, sin };
    case 1:
      return { cos: -sin, sin: cos };
    case 2:
      return { cos: -cos, sin: -sin };
    default:
      return { cos: sin, sin: -cos };
  }
}
