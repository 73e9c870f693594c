import type { Dataset } from '../../../../src/index.js';

/** The index of the first example of each class, in the order of the classes; a class without one is left out. */
export function oneOfEach({ labels, classes }: Pick<Dataset, 'labels' | 'classes'>): number[] {
  return Array.from({ length: classes }, (_, label) => labels.indexOf(label)).filter((index) => index >= 0);
}
