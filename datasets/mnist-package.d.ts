/** The part of the package mnist (1.1.0, which has no typings) that `mnist.ts` uses. */
declare module 'mnist' {
  /** By digit, 0 to 9. */
  const digits: readonly {
    /** All images of the digit, one after the other, 784 numbers each: gray values / 255, rounded to 3 decimals. */
    raw: readonly number[];
  }[];
  export default digits;
}
