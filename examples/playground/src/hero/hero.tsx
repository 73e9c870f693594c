/** To come. */
export function Hero() {
  return null;
}
