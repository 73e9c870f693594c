// Winograd's minimal filtering F(4x4, 3x3) for dense 3x3 convolutions of stride 1: 36 products where the sum itself takes 144.
// (Winograd 1980; Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", arXiv 1509.09308.)
//
// In one dimension: four outputs y[i] = g0 d[i] + g1 d[i + 1] + g2 d[i + 2] of six inputs d are coefficients of a product of
// polynomials, and a polynomial is known by its values at six points. So y = A' ((G g) * (B' d)), with a product for each
// point p: a row of G is (1, p, p^2) / N(p), N(p) the product of all p - q, q another finite point; a row of B' has the
// coefficients of the product of all x - q; a column of A' is (1, p, p^2, p^3). At infinity they are (0, 0, 1), the
// coefficients of the product of all x - q, and (0, 0, 0, 1). In two dimensions each is applied to columns, then to rows:
//
//     y       = A' ((G g G') * (B' d B)) A         summed over the channels between the brackets
//     dweight = G' (sum of (A dy A') * (B' d B)) G  summed over tiles and examples: each step the other way round
//
// and the gradient to x is a convolution of dy with the filters turned. The points 0, 5/8, -5/8, 3/2, -3/2 and infinity lose
// least: 0, 1, -1, 2, -2 and infinity, which the papers have, four times as many digits.

const P: f32 = 0.625;
const Q: f32 = 1.5;
const P2: f32 = P * P;
const Q2: f32 = Q * Q;
const N0: f32 = P2 * Q2;
const NP: f32 = 2 * P2 * (P2 - Q2);
const NQ: f32 = 2 * Q2 * (Q2 - P2);

@inline
function scaled(factor: f32, value: v128): v128 {
  return f32x4.mul(f32x4.splat(factor), value);
}

/** The values at a point and at its negative: of the even powers plus the odd ones, and minus these. */
@inline
function storeBoth(to: usize, stepTo: usize, even: v128, odd: v128): void {
  v128.store(to, f32x4.add(even, odd));
  v128.store(to + stepTo, f32x4.sub(even, odd));
}

// Each transform takes vectors that are `step` apart to others that are `stepTo` apart, and likewise for all vectors beside
// them in a run of `bytes`; then in the next of `runs`, `skip` bytes behind the end of the last.

/** B': six vectors to six. */
export function transformInput(
  from: usize, step: usize, to: usize, stepTo: usize, bytes: usize, runs: i32, skip: usize, skipTo: usize,
): void {
  for (; runs > 0; runs--, from += skip, to += skipTo) {
    for (const end = from + bytes; from < end; from += 16, to += 16) {
      const d1 = v128.load(from + step);
      const d2 = v128.load(from + 2 * step);
      const d3 = v128.load(from + 3 * step);
      const d4 = v128.load(from + 4 * step);
      v128.store(to, f32x4.add(f32x4.sub(d4, scaled(P2 + Q2, d2)), scaled(N0, v128.load(from))));
      storeBoth(to + stepTo, stepTo, f32x4.sub(d4, scaled(Q2, d2)), scaled(P, f32x4.sub(d3, scaled(Q2, d1))));
      storeBoth(to + 3 * stepTo, stepTo, f32x4.sub(d4, scaled(P2, d2)), scaled(Q, f32x4.sub(d3, scaled(P2, d1))));
      const last = f32x4.sub(v128.load(from + 5 * step), scaled(P2 + Q2, d3));
      v128.store(to + 5 * stepTo, f32x4.add(last, scaled(N0, d1)));
    }
  }
}

/** A': six vectors to four. */
export function transformOutput(
  from: usize, step: usize, to: usize, stepTo: usize, bytes: usize, runs: i32, skip: usize, skipTo: usize,
): void {
  for (; runs > 0; runs--, from += skip, to += skipTo) {
    for (const end = from + bytes; from < end; from += 16, to += 16) {
      const m1 = v128.load(from + step);
      const m2 = v128.load(from + 2 * step);
      const m3 = v128.load(from + 3 * step);
      const m4 = v128.load(from + 4 * step);
      const evenP = f32x4.add(m1, m2);
      const oddP = f32x4.sub(m1, m2);
      const evenQ = f32x4.add(m3, m4);
      const oddQ = f32x4.sub(m3, m4);
      const last = v128.load(from + 5 * step);
      v128.store(to, f32x4.add(v128.load(from), f32x4.add(evenP, evenQ)));
      v128.store(to + stepTo, f32x4.add(scaled(P, oddP), scaled(Q, oddQ)));
      v128.store(to + 2 * stepTo, f32x4.add(scaled(P2, evenP), scaled(Q2, evenQ)));
      v128.store(to + 3 * stepTo, f32x4.add(last, f32x4.add(scaled(P * P2, oddP), scaled(Q * Q2, oddQ))));
    }
  }
}

/** A: four vectors to six. */
export function transformGradient(
  from: usize, step: usize, to: usize, stepTo: usize, bytes: usize, runs: i32, skip: usize, skipTo: usize,
): void {
  for (; runs > 0; runs--, from += skip, to += skipTo) {
    for (const end = from + bytes; from < end; from += 16, to += 16) {
      const y0 = v128.load(from);
      const y1 = v128.load(from + step);
      const y2 = v128.load(from + 2 * step);
      const y3 = v128.load(from + 3 * step);
      v128.store(to, y0);
      storeBoth(to + stepTo, stepTo, f32x4.add(y0, scaled(P2, y2)), f32x4.add(scaled(P, y1), scaled(P * P2, y3)));
      storeBoth(to + 3 * stepTo, stepTo, f32x4.add(y0, scaled(Q2, y2)), f32x4.add(scaled(Q, y1), scaled(Q * Q2, y3)));
      v128.store(to + 5 * stepTo, y3);
    }
  }
}

/** G: three vectors to six. */
export function transformWeight(
  from: usize, step: usize, to: usize, stepTo: usize, bytes: usize, runs: i32, skip: usize, skipTo: usize,
): void {
  for (; runs > 0; runs--, from += skip, to += skipTo) {
    for (const end = from + bytes; from < end; from += 16, to += 16) {
      const g0 = v128.load(from);
      const g1 = v128.load(from + step);
      const g2 = v128.load(from + 2 * step);
      v128.store(to, scaled(1 / N0, g0));
      storeBoth(to + stepTo, stepTo, scaled(1 / NP, f32x4.add(g0, scaled(P2, g2))), scaled(P / NP, g1));
      storeBoth(to + 3 * stepTo, stepTo, scaled(1 / NQ, f32x4.add(g0, scaled(Q2, g2))), scaled(Q / NQ, g1));
      v128.store(to + 5 * stepTo, g2);
    }
  }
}

/** G': six vectors to three. */
export function transformSum(
  from: usize, step: usize, to: usize, stepTo: usize, bytes: usize, runs: i32, skip: usize, skipTo: usize,
): void {
  for (; runs > 0; runs--, from += skip, to += skipTo) {
    for (const end = from + bytes; from < end; from += 16, to += 16) {
      const m1 = v128.load(from + step);
      const m2 = v128.load(from + 2 * step);
      const m3 = v128.load(from + 3 * step);
      const m4 = v128.load(from + 4 * step);
      const last = v128.load(from + 5 * step);
      const evenP = scaled(1 / NP, f32x4.add(m1, m2));
      const evenQ = scaled(1 / NQ, f32x4.add(m3, m4));
      const oddP = scaled(P / NP, f32x4.sub(m1, m2));
      const oddQ = scaled(Q / NQ, f32x4.sub(m3, m4));
      v128.store(to, f32x4.add(scaled(1 / N0, v128.load(from)), f32x4.add(evenP, evenQ)));
      v128.store(to + stepTo, f32x4.add(oddP, oddQ));
      v128.store(to + 2 * stepTo, f32x4.add(last, f32x4.add(scaled(P2, evenP), scaled(Q2, evenQ))));
    }
  }
}
