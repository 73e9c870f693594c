/** A network that names digits, as a judge of digits that were drawn. */
import { type Dataset, manualSeed, predict, softmax, type Tensor, tensor } from '../../src/index.js';
import { percent } from './choices.js';
import { network, SETTINGS, train } from './recipe.js';

/** What the judge says of images. */
interface Judged {
  /** The fraction to which it gives a digit a probability above 0.9. */
  sure: number;
  /** The fraction that it takes for each digit. */
  shares: number[];
}

/** Trains the network of example 03 for three epochs; asks how sure it is of images that were drawn, and of real digits; says it. */
export async function judge(
  drawn: Tensor,
  { train: digits, heldOut }: { train: Dataset; heldOut: Dataset },
  seed: number,
): Promise<{ drawn: Judged; real: Judged }> {
  manualSeed(seed);
  const model = network();
  await train(model, { train: digits, heldOut }, { ...SETTINGS, epochs: 3, seed });
  const judged = (images: Tensor): Judged => {
    const probabilities = softmax(predict(model, images));
    const named = Array.from(probabilities.argmax({ axis: 1 }).data);
    const counts = Array.from({ length: 10 }, (_, digit) => named.filter((each) => each === digit).length);
    const sure = probabilities.max({ axis: 1 }).gt(0.9).mean().item();
    return { sure, shares: counts.map((count) => count / named.length) };
  };
  const real = judged(tensor(heldOut.inputs, { shape: [heldOut.length, ...heldOut.inputShape] }));
  const all = { drawn: judged(drawn), real };
  console.log(`\na network that names digits is sure (above 90%) of ${percent(all.drawn.sure)} of those drawn`);
  console.log(`and of ${percent(real.sure)} of the real ones that it never saw`);
  console.log(`it takes ${all.drawn.shares.map(percent).join(', ')} of those drawn for 0 to 9`);
  return all;
}
