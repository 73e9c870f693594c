/**
 * Digits with their frequencies changed: what a network finds in images that have the digits' power spectrum and no edges, or their
 * edges and a flatter spectrum. Both are circular convolutions of whole images, linear and one for all images, so that pixels
 * still tell the digits apart.
 */
import { Dataset, Generator, matmul, noGrad, tensor } from '../../src/index.js';

/** How a frequency is changed: its amplitude is multiplied, its phase shifted, in radians. */
interface Change {
  amplitude: number;
  phase: number;
}

/** Images that are convolved at once. */
const CHUNK = 500;

/**
 * One random phase for each frequency, drawn from the seed and the same in all images. Phases are odd, so that images stay real: the
 * constant keeps its sign, and frequencies that are their own opposites get 0 or pi. The power spectrum stays as it is, and with
 * it the second moments of patches; edges are gone.
 */
export function scramblePhases(datasets: readonly Dataset[], seed: number): Dataset[] {
  return datasets.map(phaseScrambler(sideOf(datasets[0]), seed));
}

/** What `scramblePhases` does to datasets of images of `side` x `side`, one after the other. */
export function phaseScrambler(side: number, seed: number): (images: Dataset) => Dataset {
  const generator = new Generator(`phases ${seed}`);
  const phases = new Float64Array(side * side);
  for (let i = 1; i < phases.length; i++) {
    const opposite = ((side - Math.floor(i / side)) % side) * side + ((side - (i % side)) % side);
    if (opposite === i) phases[i] = Math.PI * generator.integer(2);
    else if (opposite > i) {
      phases[i] = generator.uniform(-Math.PI, Math.PI);
      phases[opposite] = -phases[i];
    }
  }
  return changer(side, (i) => ({ amplitude: 1, phase: phases[i] }));
}

/**
 * Divides each frequency by its root mean square over the images of the first dataset, and a little more: 1 / sqrt(power +
 * `floor` * mean power), so that frequencies without power are not blown up. Then all are scaled so that the first dataset has the mean
 * square that it had.
 */
export function whiten(datasets: readonly Dataset[], floor: number): Dataset[] {
  const power = powerSpectrum(datasets[0]);
  const least = (floor * total(power)) / power.length;
  const raw = power.map((each) => 1 / Math.sqrt(each + least));
  const left = power.reduce((sum, each, i) => sum + each * raw[i] ** 2, 0);
  const scale = Math.sqrt(total(power) / left);
  return datasets.map(changer(sideOf(datasets[0]), (i) => ({ amplitude: raw[i] * scale, phase: 0 })));
}

/** The mean square of each frequency's amplitude over all images, [side, side]; frequency 0 is the constant. */
export function powerSpectrum(images: Dataset): Float64Array {
  const { inputs, length } = images;
  const side = sideOf(images);
  const area = side * side;
  // From the mean over all images of the circular autocorrelation: a spectrum is its transform.
  const correlation = new Float64Array(area);
  const sums = noGrad(() => {
    const x = tensor(inputs, { shape: [length, area] });
    return Float64Array.from(matmul(x.transpose(), x).data);
  });
  for (let a = 0; a < area; a++) {
    for (let b = 0; b < area; b++) {
      const down = (Math.floor(b / side) - Math.floor(a / side) + side) % side;
      correlation[down * side + (((b % side) - (a % side) + side) % side)] += sums[a * area + b] / length;
    }
  }
  return Float64Array.from(
    transform(side, (i) => [correlation[i], 0]),
    ([real]) => Math.max(0, real),
  );
}

/** What changes every frequency of images of `side` x `side`. */
function changer(side: number, change: (frequency: number) => Change): (images: Dataset) => Dataset {
  const area = side * side;
  const kernel = transform(side, (i) => {
    const { amplitude, phase } = change(i);
    return [(amplitude * Math.cos(phase)) / area, (amplitude * Math.sin(phase)) / area];
  }).map(([real]) => real);
  // Row p of the matrix has what pixel p becomes: the kernel, moved to p.
  const matrix = Float32Array.from({ length: area * area }, (_, i) => {
    const [from, to] = [Math.floor(i / area), i % area];
    const down = (Math.floor(to / side) - Math.floor(from / side) + side) % side;
    return kernel[down * side + (((to % side) - (from % side) + side) % side)];
  });
  return ({ inputs, inputShape, labels, classNames, length }) => {
    const made = new Float32Array(inputs.length);
    for (let first = 0; first < length; first += CHUNK) {
      const count = Math.min(CHUNK, length - first);
      noGrad(() => {
        const x = tensor(inputs.subarray(first * area, (first + count) * area), { shape: [count, area] });
        made.set(matmul(x, tensor(matrix, { shape: [area, area] })).data, first * area);
      });
    }
    return new Dataset(made, inputShape, labels, classNames);
  };
}

/** The two-dimensional discrete Fourier transform with exp(+i...) of complex numbers [side, side], in plain sums. */
function transform(side: number, value: (i: number) => readonly [number, number]): [number, number][] {
  const cos = Float64Array.from({ length: side }, (_, i) => Math.cos((2 * Math.PI * i) / side));
  const sin = Float64Array.from({ length: side }, (_, i) => Math.sin((2 * Math.PI * i) / side));
  const along = (from: readonly (readonly [number, number])[], step: number) =>
    from.map((_, i): [number, number] => {
      const [line, k] = [Math.floor(i / step) % side, i - (Math.floor(i / step) % side) * step];
      let [real, imaginary] = [0, 0];
      for (let j = 0; j < side; j++) {
        const [re, im] = from[k + j * step];
        const turn = (line * j) % side;
        real += re * cos[turn] - im * sin[turn];
        imaginary += re * sin[turn] + im * cos[turn];
      }
      return [real, imaginary];
    });
  const rows = along(
    Array.from({ length: side * side }, (_, i) => value(i)),
    1,
  );
  return along(rows, side);
}

function sideOf({ inputShape }: Dataset): number {
  return inputShape[2];
}

function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0);
}
