import type { Overrides } from '../autograd/define.js';
import type { UnaryName, unaryKernels } from '../ops/elementwise.js';
import type { Engine } from './instance.js';

/** The operations that assembly/elementwise.ts has, each as NAME and NAMEGradient. Others run their definition. */
const UNARY = [
  'neg',
  'exp',
  'log',
  'sqrt',
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'gelu',
  'geluTanh',
  'softplus',
  'abs',
] as const satisfies readonly UnaryName[];

export function elementwise({ memory, runs }: Engine): Overrides<typeof unaryKernels> {
  const faster = (name: (typeof UNARY)[number]): Overrides<typeof unaryKernels>[UnaryName] => ({
    forward(x, y, parameter) {
      const [X, Y] = [memory.read(x), memory.write(y)];
      runs(name, y.length, (first, length) => [X + first, Y + first, length, parameter]);
    },

    backward(x, y, dy, dx, parameter) {
      const [X, Y, dY] = [memory.read(x), memory.read(y), memory.read(dy)];
      const { address: dX, adds } = memory.sum(dx);
      runs(`${name}Gradient`, dx.length, (first, length) => {
        return [X + first, Y + first, dY + first, dX + first, length, parameter, adds];
      });
    },
  });
  return Object.fromEntries(UNARY.map((name) => [name, faster(name)]));
}
