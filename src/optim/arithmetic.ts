// The cosine and the power are what engines may round differently, from plain arithmetic: the same schedule gives the same
// weights in all of them.

/** A gradient with the decay of its weight; without decay the gradient, also where the weight is infinite. */
export function decayed(gradient: number, decay: number, weight: number): number {
  return decay === 0 ? gradient : gradient + decay * weight;
}

/** base to the power of a whole exponent of at least 0. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let rest = exponent, square = base; rest > 0; rest = Math.floor(rest / 2), square *= square) {
    if (rest % 2 === 1) result *= square;
  }
  return result;
}

/** cos(pi * t), t at least 0, to about 1e-16. */
export function cosPi(t: number): number {
  const turn = t % 2;
  const half = turn > 1 ? 2 - turn : turn;
  const quarter = half > 0.5 ? 1 - half : half;
  const square = (Math.PI * quarter) ** 2;
  let sum = 1; // Taylor's series, from its end: 1 - x^2/(1*2) (1 - x^2/(3*4) (1 - ...)).
  for (let n = 22; n >= 2; n -= 2) sum = 1 - (sum * square) / (n * (n - 1));
  return half > 0.5 ? -sum : sum;
}
