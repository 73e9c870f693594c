import { Conv2D, Dense, Flatten, MaxPool2D, ReLU, Sequential } from '../src/index.js';
import type { Module } from '../src/nn/module.js';

/** Input 1x28x28; the network of every comparison. */
export function netS(): Module {
  return new Sequential(
    new Conv2D(1, 8, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2D(2),
    new Conv2D(8, 16, 5, { padding: 2 }),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Dense(784, 10),
  );
}

/** Input 1x28x28; the network of the examples. */
export function netE(): Module {
  return new Sequential(
    new Conv2D(1, 8, 5),
    new ReLU(),
    new MaxPool2D(2),
    new Conv2D(8, 16, 3),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Dense(400, 10),
  );
}
