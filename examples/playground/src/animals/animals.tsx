import '../styles/animals.css';

/** To come. */
export function AnimalsCard() {
  return null;
}
