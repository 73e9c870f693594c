/** To come. */
export function Presets() {
  return null;
}
