import type { Overrides } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { AxisSizes } from '../ops/softmax.js';
import type { Engine } from './instance.js';

type Softmax = typeof import('../ops/softmax.js') & typeof import('../ops/crossEntropy.js');

export function softmax({ run, memory }: Engine): Overrides<Softmax> {
  const faster = (logarithm: number) => ({
    forward(x: Storage, y: Storage, { outer, length, inner }: AxisSizes) {
      if (x.length > 0) run.softmax(memory.read(x), memory.write(y), outer, length, inner, logarithm);
    },

    backward(y: Storage, dy: Storage, dx: Storage, { outer, length, inner }: AxisSizes) {
      run.softmaxGradient(memory.read(y), memory.read(dy), memory.update(dx), outer, length, inner, logarithm);
    },
  });
  return {
    softmax: faster(0),
    logSoftmax: faster(1),
    crossEntropy: {
      forward(logits, labels, losses, probabilities, classes, smoothing) {
        const [X, T] = [memory.read(logits), memory.read(labels)];
        const [L, P] = [memory.write(losses), memory.write(probabilities)];
        run.crossEntropy(X, T, L, P, losses.length, classes, smoothing);
      },

      backward(probabilities, labels, dlosses, dlogits, classes, smoothing) {
        const [P, T, dL] = [memory.read(probabilities), memory.read(labels), memory.read(dlosses)];
        run.crossEntropyGradient(P, T, dL, memory.update(dlogits), dlosses.length, classes, smoothing);
      },
    },
  };
}
