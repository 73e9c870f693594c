import type { Kernels } from '../kernels.js';
import type { Storage } from '../storage.js';
import type { Engine } from './instance.js';

type Optimizers = Pick<Kernels, 'sgd' | 'adam' | 'rmsprop' | 'adadelta'>;

export function optimizerKernels({ memory, runs }: Engine): Optimizers {
  /** Calls the kernel for runs of the arrays, the parameter first; where one is null, it gets the address 0. */
  function step(
    kernel: keyof Optimizers,
    gradient: Storage,
    [parameter, ...memories]: (Storage | null)[],
    settings: number[],
  ): void {
    const G = memory.read(gradient);
    const [W, ...others] = [parameter, ...memories].map((storage) => (storage ? memory.update(storage) : 0));
    runs(kernel, gradient.length, (first, length) => {
      const addresses = others.map((address) => (address === 0 ? 0 : address + first));
      return [W + first, G + first, ...addresses, length, ...settings];
    });
    memory.end();
  }

  return {
    sgd(parameter, gradient, velocity, { lr, momentum, dampening, nesterov, weightDecay, first }) {
      const flags = (nesterov ? 1 : 0) + (first ? 2 : 0);
      step('sgd', gradient, [parameter, velocity], [lr, momentum, 1 - dampening, weightDecay, flags]);
    },

    adam(parameter, gradient, mean, square, largest, settings) {
      const { beta1, beta2, eps, stepSize, correction, weightDecay, shrink } = settings;
      const numbers = [beta1, 1 - beta1, beta2, 1 - beta2, eps, stepSize, correction, weightDecay, shrink];
      step('adam', gradient, [parameter, mean, square, largest], numbers);
    },

    rmsprop(parameter, gradient, square, mean, velocity, { lr, alpha, eps, momentum, weightDecay }) {
      const numbers = [lr, alpha, 1 - alpha, eps, momentum, weightDecay];
      step('rmsprop', gradient, [parameter, square, mean, velocity], numbers);
    },

    adadelta(parameter, gradient, square, delta, { lr, rho, eps, weightDecay }) {
      step('adadelta', gradient, [parameter, square, delta], [lr, rho, 1 - rho, eps, weightDecay]);
    },
  };
}
