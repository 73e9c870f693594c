import { beforeAll, describe, expect, test } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  type Dataset,
  Dense,
  Flatten,
  MaxPool2D,
  Module,
  ReLU,
  Sequential,
  type Tensor,
} from '../src/index.js';
import { ablate, replaceFilter } from '../src/inspect/index.js';
import { accuracyByChannel } from '../src/inspect/network/channel-by-channel.js';
import { digitNetwork, trained } from './digit-network.js';

let digits: Dataset;
let model: Sequential;
beforeAll(async () => {
  ({ model, digits } = await trained(() => digitNetwork(4, 6, { bias: true }), 300, { epochs: 4, batchSize: 16 }));
});

/** The trained layers, arranged in another way. */
const layer = (name: string) => model.at(name);
const bits = (of: Module) => of.parameters().map(({ data }) => [...new Uint32Array(data.slice().buffer)]);

const SOBEL = [
  [1, 0, -1],
  [2, 0, -2],
  [1, 0, -1],
];

class Block extends Module {
  readonly inner: Module;
  constructor(inner: Module) {
    super();
    this.inner = inner;
  }
  override forward(x: Tensor): Tensor {
    return this.inner.forward(x);
  }
}

class Negated extends Sequential {
  override forward(x: Tensor): Tensor {
    return super.forward(x).mul(-1);
  }
}

/** What each model is, the layer that is changed, and whether the layers behind it are known. */
const CASES: Record<string, () => { of: Module; path: string; known: boolean }> = {
  'the first layer': () => ({ of: model, path: 'conv1', known: true }),
  'a layer in the middle': () => ({ of: model, path: 'conv2', known: true }),
  'the last layer': () => ({ of: model, path: 'dense', known: true }),
  'a Sequential in another': () => {
    const block = new Sequential({ conv1: layer('conv1'), relu: new ReLU() });
    const rest = new Sequential(layer('conv2'), new MaxPool2D(2), new ReLU(), new Flatten());
    return {
      of: new Sequential({ block, pool: new MaxPool2D(2), rest, dense: layer('dense') }),
      path: 'block.conv1',
      known: true,
    };
  },
  'batch norm behind it': () => {
    const norm = new BatchNorm2D(4);
    norm.runningMean!.data.set([0.1, -0.2, 0.3, 0]);
    norm.runningVariance!.data.set([0.5, 1, 2, 0.1]);
    const conv = [layer('conv1'), norm, new MaxPool2D(2), new ReLU(), layer('conv2'), new MaxPool2D(2), new ReLU()];
    return { of: new Sequential(...conv, new Flatten(), layer('dense')), path: '0', known: true };
  },
  'no Sequential': () => ({ of: new Block(model), path: 'inner.conv1', known: false }),
  'a Sequential with a forward of its own': () => {
    return {
      of: new Sequential({
        head: new Negated({ conv: layer('conv1'), pool: new MaxPool2D(2) }),
        relu: new ReLU(),
        conv2: layer('conv2'),
        pool: new MaxPool2D(2),
        again: new ReLU(),
        flatten: new Flatten(),
        dense: layer('dense'),
      }),
      path: 'head.conv',
      known: false,
    };
  },
  'a layer in three places': () => {
    const conv = new Conv2D(1, 1, 3, { padding: 'same' });
    return {
      of: new Sequential(conv, new ReLU(), conv, conv, new MaxPool2D(2), new Flatten(), new Dense(196, 10)),
      path: '0',
      known: false,
    };
  },
  'weights in two layers': () => {
    const [conv, other] = [new Conv2D(1, 1, 3, { padding: 'same' }), new Conv2D(1, 1, 3, { padding: 'same' })];
    Object.assign(other, { weight: conv.weight });
    return {
      of: new Sequential(conv, new ReLU(), other, new MaxPool2D(2), new Flatten(), new Dense(196, 10)),
      path: '0',
      known: false,
    };
  },
};

describe('accuracyByChannel', () => {
  test.each(Object.entries(CASES))('gives what the evaluation of each change gives: %s', (_, made) => {
    const { of, path, known } = made();
    const conv = new Map(of.namedModules()).get(path) as Conv2D | Dense;
    const channels = Array.from({ length: conv.weight.shape[0] }, (_, channel) => channel);
    const before = bits(of);
    const replacing = (channel: number) =>
      conv instanceof Conv2D
        ? replaceFilter(of, path, channel, SOBEL, { inputChannel: 0 })
        : replaceFilter(
            of,
            path,
            channel,
            Array.from({ length: conv.weight.shape[1] }, (_, i) => Math.sin(i)),
          );
    const filters = [
      channels.map((channel) => ablate(of, path, channel)),
      channels.map((channel) => (channel > 0 ? replacing(channel) : null)),
    ];
    for (const changes of filters) {
      let runs = 0;
      const forward = conv.forward;
      conv.forward = (x) => {
        runs++;
        return forward.call(conv, x);
      };
      const found = accuracyByChannel(of, path, digits, changes);
      const fewer = runs;
      expect(found).toEqual(changes.map((change) => change?.evaluate(digits).accuracy ?? null));
      Reflect.deleteProperty(conv, 'forward');
      expect(fewer === 2 * 3).toBe(known); // Three batches, as they are and changed.
      expect(bits(of)).toEqual(before);
    }
  });
});
