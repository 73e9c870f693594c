import type { Backend } from '../../src/autograd/backend.js';
import type { Wasm } from '../../src/wasm/index.js';

type Convgrad = typeof import('../../src/index.js');

/** Image side and batch size of a training step. */
type Sizes = [side: number, batch: number];

interface Pattern {
  title: string;
  /** @param scale 1, or less for smaller images and fewer steps */
  steps(scale: number): Sizes[];
  /** Each step trains a new model, whose weights were looked at, and forgets it. */
  models?: boolean;
}

/** A side every 8 pixels from 64 to 1,016, or a share of them. */
const sides = (scale: number) => Array.from({ length: 120 * scale }, (_, i) => 64 + 8 * i);
const batch16 = (all: number[]) => all.map((side): Sizes => [side, 16]);

/** Whole numbers below `below`, always the same ones: a linear congruential generator (Knuth, TAOCP 2, 3.3.4, line 16). */
function numbers(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export const PATTERNS: Record<string, Pattern> = {
  fixed: { title: 'side 512', steps: (scale) => batch16(Array(40 * scale).fill(512 * scale)) },
  growing: { title: 'side 64 to 1,016', steps: (scale) => batch16(sides(scale)) },
  shrinking: { title: 'side 1,016 to 64', steps: (scale) => batch16(sides(scale).reverse()) },
  wave: {
    title: 'side 64 to 536 and back, three times',
    steps(scale) {
      const up = sides(scale / 2);
      const once = [...up, ...up.toReversed()];
      return batch16([...once, ...once, ...once]);
    },
  },
  random: {
    title: 'side 64 to 512, batch 1 to 32',
    steps(scale) {
      const below = numbers();
      return Array.from({ length: 200 * scale }, () => [64 + below(449 * scale), 1 + below(32)]);
    },
  },
  models: {
    title: '200 models of 4 MB, one after another',
    steps: (scale) => Array.from({ length: 200 * scale }, () => [64, 16]),
    models: true,
  },
};

export interface Held {
  /** Bytes of the tensors that were alive at once, at most. */
  live: number;
  /** Bytes of the WebAssembly memory at the end: it never becomes smaller. */
  memory: number;
}

/** Trains a fully convolutional network through a pattern of sizes, or models that follow each other. */
export function train(convgrad: Convgrad, backend: Backend, pattern: Pattern, scale = 1): Held {
  const { Conv2D, crossEntropy, Dense, Flatten, mseLoss, ReLU, Sequential, SGD, zeros } = convgrad;
  const { memory } = backend as Wasm;
  let [live, counts] = [0, true];
  for (const name of ['allocate', 'zeros'] as const) {
    const allocate = backend[name];
    backend[name] = (length) => {
      const storage = allocate(length);
      if (counts) live = Math.max(live, memory.usage.tensors + memory.usage.pinned);
      return storage;
    };
  }
  const first = () => [new Conv2D(1, 4, 3, { padding: 1 }), new ReLU()];
  const trainer = () => {
    const rest = pattern.models
      ? [new Flatten(), new Dense(64 * 64 * 4, 64)]
      : [new Conv2D(4, 4, 3, { padding: 1 }), new ReLU(), new Conv2D(4, 1, 1)];
    const model = new Sequential(...first(), ...rest);
    if (pattern.models) for (const parameter of model.parameters()) parameter.data;
    const optimizer = new SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
    return (side: number, batch: number) => {
      const y = model.forward(zeros([batch, 1, side, side]));
      const loss = pattern.models ? crossEntropy(y, new Uint8Array(batch)) : mseLoss(y, zeros(y.shape));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    };
  };
  let step = trainer();
  for (const [side, batch] of pattern.steps(scale)) {
    if (pattern.models) step = trainer();
    step(side, batch);
    counts = !pattern.models; // Only the first of them: what was forgotten is not alive.
  }
  return { live, memory: memory.buffer.byteLength };
}

/** Makes the kernels of whatever is imported from now on return at once, so that only memory is at work. */
export function computeNothing(): void {
  const { Instance } = WebAssembly;
  class Idle {
    readonly exports: object;
    constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      const names = Object.keys(new Instance(module, imports).exports);
      this.exports = Object.fromEntries(names.map((name) => [name, () => 0]));
    }
  }
  Object.assign(WebAssembly, { Instance: Idle });
}
