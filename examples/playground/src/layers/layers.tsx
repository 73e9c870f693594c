import '../styles/layers.css';

/** To come. */
export function LayersCard() {
  return null;
}
