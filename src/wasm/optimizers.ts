import type { Overrides } from '../autograd/define.js';
import type { Storage } from '../autograd/storage.js';
import type { Engine } from './instance.js';

type Optimizers = typeof import('../optim/sgd.js') &
  typeof import('../optim/adam.js') &
  typeof import('../optim/rmsprop.js') &
  typeof import('../optim/adadelta.js');

export function optimizers({ memory, runs }: Engine): Overrides<Optimizers> {
  /** Calls the kernel for runs of the arrays, the parameter first; where one is null, it gets the address 0. */
  function step(
    kernel: 'sgd' | 'adam' | 'rmsprop' | 'adadelta',
    gradient: Storage,
    [parameter, ...memories]: (Storage | null)[],
    settings: number[],
  ): void {
    const G = memory.read(gradient);
    const [W, ...others] = [parameter, ...memories].map((storage) => memory.update(storage));
    runs(kernel, gradient.length, (first, length) => {
      const addresses = others.map((address) => (address === 0 ? 0 : address + first));
      return [W + first, G + first, ...addresses, length, ...settings];
    });
  }

  return {
    sgd: {
      step(parameter, gradient, velocity, { lr, momentum, dampening, nesterov, weightDecay, first }) {
        const flags = (nesterov ? 1 : 0) + (first ? 2 : 0);
        step('sgd', gradient, [parameter, velocity], [lr, momentum, 1 - dampening, weightDecay, flags]);
      },
    },

    adam: {
      step(parameter, gradient, mean, square, largest, settings) {
        const { beta1, beta2, eps, stepSize, correction, weightDecay, shrink } = settings;
        const numbers = [beta1, 1 - beta1, beta2, 1 - beta2, eps, stepSize, correction, weightDecay, shrink];
        step('adam', gradient, [parameter, mean, square, largest], numbers);
      },
    },

    rmsprop: {
      step(parameter, gradient, square, mean, velocity, { lr, alpha, eps, momentum, weightDecay }) {
        const numbers = [lr, alpha, 1 - alpha, eps, momentum, weightDecay];
        step('rmsprop', gradient, [parameter, square, mean, velocity], numbers);
      },
    },

    adadelta: {
      step(parameter, gradient, square, delta, { lr, rho, eps, weightDecay }) {
        step('adadelta', gradient, [parameter, square, delta], [lr, rho, 1 - rho, eps, weightDecay]);
      },
    },
  };
}
