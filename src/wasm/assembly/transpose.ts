// Four vectors a, b, c, d, seen as the rows of a 4x4 matrix, become its columns: lowPairs(low(a, b), low(c, d)),
// highPairs(low(a, b), low(c, d)), lowPairs(high(a, b), high(c, d)), highPairs(high(a, b), high(c, d)).

/** a0 b0 a1 b1 */
@inline
export function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
}

/** a2 b2 a3 b3 */
@inline
export function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
}

/** a0 a1 b0 b1 */
@inline
export function lowPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);
}

/** a2 a3 b2 b3 */
@inline
export function highPairs(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}
