import { afterEach, describe, expect, test } from 'vitest';
import { allocate, installed, zeros } from '../src/autograd/backend.js';
import { add, crossEntropy, Dense, noGrad, ones, ReleasedError, randn, SGD, tensor } from '../src/index.js';
import { binaryKernels } from '../src/ops/arithmetic.js';
import type { Wasm } from '../src/wasm/index.js';
import { train } from './browser/training.js';

// `data` is what users keep: in a variable, in a chart, over a whole training. It must never show another tensor's numbers.

const { memory } = installed() as Wasm;
const usual = memory.budget;
afterEach(() => {
  memory.budget = usual;
});

/** Fills whatever memory is free with other numbers. */
function disturb(): void {
  for (const size of [1, 4, 10, 64, 1000]) for (let i = 0; i < 50; i++) noGrad(() => ones([size]).mul(7).sum().item());
  const w = tensor([1], { requiresGrad: true });
  for (let i = 0; i < 3; i++) ones([10, 10]).mul(w).sum().backward();
}

describe('data that is kept', () => {
  test('of a result of noGrad stays', () => {
    const data = noGrad(() => tensor([1, 2, 3]).mul(2).data);
    disturb();
    expect([...data]).toEqual([2, 4, 6]);
  });

  test('of an activation stays, over two more backward passes', () => {
    const w = tensor([1, 2, 3], { requiresGrad: true });
    const hidden = w.mul(3);
    hidden.sum().backward();
    const { data } = hidden;
    disturb();
    expect([...data]).toEqual([3, 6, 9]);
  });

  test('of a gradient stays, though zeroGrad clears it', () => {
    const layer = new Dense(2, 1);
    const optimizer = new SGD(layer.parameters(), { lr: 0.1 });
    layer
      .forward(tensor([[2, 5]]))
      .sum()
      .backward();
    const { data } = layer.weight.grad!;
    optimizer.zeroGrad();
    disturb();
    expect([...data]).toEqual([2, 5]);
  });

  test('of a parameter shows what the optimizer makes of it, and writing to it changes the layer', () => {
    memory.budget = 65536;
    const layer = new Dense(2, 2, { bias: false });
    const { data } = layer.weight;
    data.set([1, 2, 3, 4]);
    const optimizer = new SGD(layer.parameters(), { lr: 1 });
    for (let i = 0; i < 200; i++) add(ones([1000]), 1); // Passes the budget, so that others are spilled.
    layer
      .forward(tensor([[1, 0]]))
      .sum()
      .backward();
    optimizer.step();
    expect([...data]).toEqual([0, 2, 2, 4]);
    expect(layer.weight.data).toBe(data);
    data[1] = 9;
    expect(layer.forward(tensor([[0, 1]])).toArray()).toEqual([[9, 4]]);
  });

  test('of a result can be written to, and the result goes on from there', () => {
    const y = tensor([1, 2]).mul(2);
    y.data[0] = 10;
    expect(y.add(1).toArray()).toEqual([11, 5]);
  });
});

describe('a small budget', () => {
  test('changes no number: training under constant spilling gives the same bits', async () => {
    const convgrad = await import('../src/index.js');
    const expected = train(convgrad, 3);
    memory.budget = 65536;
    expect(train(convgrad, 3)).toEqual(expected);
  });

  test('is not passed for long by evaluation without noGrad: 3,000 passes hold no more than a few times the budget', () => {
    const layer = new Dense(100, 100);
    memory.budget = 2 ** 20;
    const x = randn([32, 100]);
    for (let i = 0; i < 3000; i++) crossEntropy(layer.forward(x), new Uint8Array(32));
    expect(memory.usage.tensors).toBeLessThan(8 * 2 ** 20);
  });

  test('is not spent by the gradient of add on operands that it does not need', () => {
    memory.budget = 65536;
    const [a, b] = [allocate('float32', 4096), allocate('float32', 4096)];
    for (let i = 0; i < 200; i++) allocate('float32', 1000); // Passes the budget, so that a and b are spilled.
    const [dy, da, db] = [allocate('float32', 4096), zeros('float32', 4096), zeros('float32', 4096)];
    dy.array.fill(1);
    const { budget } = memory;
    binaryKernels.add.backward(a, b, dy, da, db, { shape: [4096], stridesA: [1], stridesB: [1] });
    expect(memory.budget).toBe(budget);
    expect([...da.array, ...db.array]).toEqual(new Array(8192).fill(1));
  });

  test('sums stay right when a thousand large tensors go by', () => {
    const a = ones([512, 512]);
    for (let i = 0; i < 300; i++) expect(add(a, a).sum().item()).toBe(2 * 512 * 512);
  });
});

describe('a kernel that fails', () => {
  /** A tensor whose numbers are gone. */
  function released() {
    const p = tensor([1, 1, 1], { requiresGrad: true });
    const hidden = p.mul(2);
    hidden.sum().backward();
    p.mul(2).sum().backward();
    return hidden;
  }

  test('leaves nothing behind that the next kernel would read', () => {
    const moved = tensor([1, 1, 1]).mul(1);
    const { data } = moved;
    expect(() => moved.mul(released())).toThrow(ReleasedError);
    data.fill(7);
    expect(moved.sum().item()).toBe(21);
  });

  test('leaves nothing behind that the next kernel would write', () => {
    const w = tensor([1, 2, 3], { requiresGrad: true });
    w.grad = released().detach();
    expect(() => new SGD([w], { lr: 0.1 }).step()).toThrow(ReleasedError);
    w.data[0] = 50;
    ones([2]).add(1);
    expect([...w.data]).toEqual([50, 2, 3]);
  });
});
