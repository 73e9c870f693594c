import type { HeldOutScore } from '../worker/messages.js';
import { type Settings, USUAL_RATES } from './settings.js';
import type { Training } from './training.js';

/** A network that has learned to its end and knows no more than before. */
interface Unlearned {
  accuracy: number;
  /** Whether the learning rate is larger or smaller than usual, and so the first thing to change; null when it is neither. */
  rate: 'large' | 'small' | null;
}

/** How far luck may lift the share that guessing names right, in standard deviations. */
const LUCK = 3;
/** The share of the curve at whose end digits with shuffled labels are, or are not, known by heart. */
const END = 0.1;

/** Whether the training has ended without having taught the network anything; null when it has, or is not to. */
export function unlearned(training: Training, settings: Settings): Unlearned | null {
  const { phase, live, points } = training;
  const { condition, lr, optimizer } = settings;
  if (phase.value !== 'finished' || condition === 'untrained') return null; // Whoever asks hears of no frame before.
  const state = live.value;
  const score = state?.measured?.heldOut;
  if (!score || !training.isWhole(state)) return null;
  // What is learned by heart is not seen in other digits.
  const last = points.value.slice(-Math.ceil(END * points.value.length));
  const byHeart = last.reduce((sum, { accuracy }) => sum + accuracy, 0) / last.length;
  const accuracy = condition === 'shuffled' ? byHeart : score.accuracy;
  if (accuracy > guessing(score)) return null;
  const usual = USUAL_RATES[optimizer];
  return { accuracy, rate: lr > usual ? 'large' : lr < usual ? 'small' : null };
}

/** The share that is named right, at most, by always saying the most frequent digit. */
function guessing({ confusion }: HeldOutScore): number {
  const counts = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const share = Math.max(...counts) / total;
  return share + LUCK * Math.sqrt((share * (1 - share)) / total);
}
