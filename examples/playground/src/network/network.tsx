/** To come. */
export function NetworkCard() {
  return null;
}
