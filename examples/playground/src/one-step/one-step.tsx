import '../styles/one-step.css';

/** To come. */
export function OneStepCard() {
  return null;
}
