import { beforeEach, describe, expect, test } from 'vitest';
import { noGrad } from '../src/autograd/graph.js';
import { Storage } from '../src/autograd/storage.js';
import { type Keep, keeper } from '../src/wasm/packed.js';

const MiB = 2 ** 20;
const ROOM = 1;

/** A memory that hands out addresses and counts. */
class Counted {
  next = 64;
  held = 0;
  take(bytes: number) {
    this.held += bytes;
    this.next += 64;
    return { address: this.next, bytes };
  }
  give({ bytes }: { bytes: number }) {
    this.held -= bytes;
  }
}

let memory = new Counted();
let keep: Keep = keeper(memory);
let fills = 0;
beforeEach(() => {
  memory = new Counted();
  keep = keeper(memory);
  fills = 0;
});

const parameter = (...values: number[]) => {
  const storage = new Storage(Float32Array.from(values));
  storage.resident = true;
  return storage;
};
/** Where it is, outside of training. */
const ask = (sources: readonly (Storage | null)[], key = 'key', bytes = 128) =>
  noGrad(() => keep(sources, key, bytes, ROOM, () => fills++));

describe('what is computed from parameters', () => {
  test('is kept outside of training, by parameter and by key', () => {
    const [weight, other] = [parameter(1, 2), parameter(1, 2)];
    const first = ask([weight]);
    expect([ask([weight]), ask([weight])]).toEqual([first, first]);
    expect(fills).toBe(1);
    expect(new Set([first, ask([weight], 'another key'), ask([other])]).size).toBe(3);
    expect(fills).toBe(3);
    expect(keep([weight], 'key', 128, ROOM, () => fills++)).toBe(ROOM); // In training.
    expect(fills).toBe(4);
  });

  test('is computed anew after a new version, and after a number changed in an array that a user has', () => {
    const weight = parameter(1, 2);
    ask([weight]);
    weight.version++;
    ask([weight]);
    expect(fills).toBe(2);
    const data = weight.expose();
    ask([weight]);
    ask([weight]);
    expect(fills).toBe(3); // Once, because nobody knows what was written before.
    data[1] = 3;
    ask([weight]);
    ask([weight]);
    expect(fills).toBe(4);
    data[0] = -0;
    data[1] = NaN;
    ask([weight]);
    ask([weight]);
    expect(fills).toBe(5);
    expect(memory.held).toBe(128);
  });

  test('depends on all that it is computed from', () => {
    const [weight, bias] = [parameter(1), parameter(2)];
    ask([weight, bias]);
    bias.version++;
    ask([weight, bias]);
    expect(fills).toBe(2);
    ask([weight, null]);
    ask([weight, null]);
    expect(fills).toBe(3);
    ask([weight, bias]);
    ask([weight, parameter(2)]);
    expect(fills).toBe(5);
  });

  test('is not kept of tensors that end, and not when it is large', () => {
    const passing = new Storage(new Float32Array(2));
    expect(ask([passing])).toBe(ROOM);
    expect(ask([parameter(1), passing])).toBe(ROOM);
    expect(ask([parameter(1)], 'key', 4 * MiB + 64)).toBe(ROOM);
    expect(memory.held).toBe(0);
  });

  test('takes at most 16 MB: what was not used for the longest time goes', () => {
    const weights = Array.from({ length: 5 }, (_, i) => parameter(i));
    for (const weight of weights.slice(0, 4)) ask([weight], 'key', 4 * MiB);
    ask([weights[0]], 'key', 4 * MiB); // Used again: now the second is the oldest.
    ask([weights[4]], 'key', 4 * MiB);
    expect(memory.held).toBe(16 * MiB);
    expect(fills).toBe(5);
    for (const i of [0, 2, 3, 4]) ask([weights[i]], 'key', 4 * MiB);
    expect(fills).toBe(5);
    ask([weights[1]], 'key', 4 * MiB);
    expect(fills).toBe(6);
    expect(memory.held).toBe(16 * MiB);
  });
});

test('what sizes alone decide is kept in training, too, up to 64 KB each', () => {
  const make = (key: string, bytes: number) => keep([], key, bytes, ROOM, () => fills++);
  expect(make('28x28', 3136)).toBe(make('28x28', 3136));
  expect(fills).toBe(1);
  expect(make('512x512', MiB)).toBe(ROOM);
  for (let i = 0; i < 1000; i++) make(`size ${i}`, 65536);
  expect(memory.held).toBeLessThanOrEqual(16 * MiB);
});
