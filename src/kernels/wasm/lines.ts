import type { Kernels, LineSizes } from '../kernels.js';
import type { Storage } from '../storage.js';
import type { Engine } from './instance.js';

type Lines = Pick<
  Kernels,
  'max' | 'softmax' | 'softmaxGradient' | 'logSoftmax' | 'logSoftmaxGradient' | 'crossEntropy' | 'crossEntropyGradient'
>;

export function lineKernels({ run, memory }: Engine): Lines {
  function forward(x: Storage, y: Storage, { outer, length, inner }: LineSizes, logarithm: number) {
    if (x.length === 0) return;
    run.softmax(memory.read(x), memory.write(y), outer, length, inner, logarithm);
    memory.end();
  }

  function gradient(y: Storage, dy: Storage, dx: Storage, { outer, length, inner }: LineSizes, logarithm: number) {
    run.softmaxGradient(memory.read(y), memory.read(dy), memory.update(dx), outer, length, inner, logarithm);
    memory.end();
  }

  return {
    max(x, y, indices, { outer, length, inner }) {
      run.max(memory.read(x), memory.write(y), memory.write(indices), outer, length, inner);
      memory.end();
    },

    softmax: (x, y, sizes) => forward(x, y, sizes, 0),
    softmaxGradient: (y, dy, dx, sizes) => gradient(y, dy, dx, sizes, 0),
    logSoftmax: (x, y, sizes) => forward(x, y, sizes, 1),
    logSoftmaxGradient: (y, dy, dx, sizes) => gradient(y, dy, dx, sizes, 1),

    crossEntropy(logits, labels, losses, probabilities, classes, smoothing) {
      const [from, targets] = [memory.read(logits), memory.read(labels)];
      const rows = losses.length;
      run.crossEntropy(from, targets, memory.write(losses), memory.write(probabilities), rows, classes, smoothing);
      memory.end();
    },

    crossEntropyGradient(probabilities, labels, dlosses, dlogits, classes, smoothing) {
      const [from, targets, dy] = [memory.read(probabilities), memory.read(labels), memory.read(dlosses)];
      run.crossEntropyGradient(from, targets, dy, memory.update(dlogits), dlosses.length, classes, smoothing);
      memory.end();
    },
  };
}
