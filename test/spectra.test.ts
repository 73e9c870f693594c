import { beforeAll, expect, test } from 'vitest';
import { loadMnist } from '../datasets/index.js';
import { powerSpectrum, scramblePhases, whiten } from '../examples/lib/spectra.js';
import type { Dataset } from '../src/index.js';
import { mean, sum } from './statistics.js';

// What the controls of the study change in the digits, and what they leave.
let digits: Dataset;
let others: Dataset;
beforeAll(async () => {
  const { train, heldOut } = await loadMnist({ heldOut: 1000 });
  [digits, others] = [train.take(60), heldOut.take(10)];
});

/** The Fourier transform of an image at frequency (v, u), in plain sums. */
function at(image: ArrayLike<number>, v: number, u: number): [number, number] {
  let [real, imaginary] = [0, 0];
  for (let i = 0; i < 784; i++) {
    const turn = (2 * Math.PI * (v * Math.floor(i / 28) + u * (i % 28))) / 28;
    real += image[i] * Math.cos(turn);
    imaginary -= image[i] * Math.sin(turn);
  }
  return [real, imaginary];
}
const FREQUENCIES = [
  [0, 0],
  [0, 1],
  [3, 25],
  [14, 0],
  [14, 14],
  [9, 2],
] as const;

test('scrambled: every amplitude stays, and every phase is shifted alike in all images of both sets', () => {
  const [scrambled, heldOut] = scramblePhases([digits, others], 5);
  expect([scrambled.length, heldOut.length, scrambled.inputShape]).toEqual([60, 10, [1, 28, 28]]);
  expect([...heldOut.labels]).toEqual([...others.labels]);
  for (const [v, u] of FREQUENCIES) {
    const shifts = [
      [digits.input(0), scrambled.input(0)],
      [digits.input(7), scrambled.input(7)],
      [others.input(3), heldOut.input(3)],
    ].map(([before, after]) => {
      const [[a, b], [c, d]] = [at(before, v, u), at(after, v, u)];
      expect(Math.hypot(c, d)).toBeCloseTo(Math.hypot(a, b), 3);
      const square = a * a + b * b;
      return [(a * c + b * d) / square, (a * d - b * c) / square]; // The factor exp(i phase).
    });
    for (const [real, imaginary] of shifts.slice(1)) {
      expect(real).toBeCloseTo(shifts[0][0], 3);
      expect(imaginary).toBeCloseTo(shifts[0][1], 3);
    }
    // What is its own opposite stays real; the constant keeps its sign.
    if (v % 14 === 0 && u % 14 === 0) expect(shifts[0][1]).toBeCloseTo(0, 3);
    if (v + u === 0) expect(shifts[0][0]).toBeCloseTo(1, 4);
  }
  const other = scramblePhases([digits], 6)[0];
  expect([...scramblePhases([digits], 5)[0].inputs]).toEqual([...scrambled.inputs]);
  expect(Math.hypot(...Array.from(other.input(0), (value, i) => value - scrambled.input(0)[i]))).toBeGreaterThan(1);
});

test('the power spectrum is the mean square over the images, at every frequency', () => {
  const power = powerSpectrum(digits);
  for (const [v, u] of FREQUENCIES) {
    const squares = Array.from({ length: 60 }, (_, i) => Math.hypot(...at(digits.input(i), v, u)) ** 2);
    expect(power[28 * v + u] / mean(squares)).toBeCloseTo(1, 3);
  }
  // Parseval.
  const square = sum(Array.from(digits.inputs, (value) => value ** 2));
  expect(sum(power) / 784 / (square / 60)).toBeCloseTo(1, 4);
});

test('whitened: power p becomes p / (p + floor), on the scale at which the mean square stays; the second set likewise', () => {
  const [floor, before] = [0.1, powerSpectrum(digits)];
  const [white, second] = whiten([digits, others], floor);
  const after = powerSpectrum(white);
  const middle = mean(before);
  const expected = before.map((power) => power / (power + floor * middle));
  const scale = sum(before) / sum(expected);
  for (const i of [0, 1, 29, 300, 406, 783]) expect(after[i] / (scale * expected[i])).toBeCloseTo(1, 2);
  expect(sum(after) / sum(before)).toBeCloseTo(1, 4);
  // Linear: half an image becomes half of what the image becomes.
  const half = others.map((image) => image.map((value) => value / 2));
  const halved = whiten([digits, half], floor)[1];
  for (const i of [100, 400, 700]) expect(2 * halved.input(2)[i]).toBeCloseTo(second.input(2)[i], 5);
});
