import { describe, expect, test } from 'vitest';
import { operation } from '../src/autograd/operation.js';
import {
  ArgumentError,
  add,
  crossEntropy,
  Dense,
  Generator,
  mul,
  noGrad,
  ReleasedError,
  relu,
  reshape,
  SGD,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  uniform,
} from '../src/index.js';

/** A float64 leaf, so that all sums here are exact. */
const leaf = (...values: number[]) => tensor(Float64Array.from(values), { requiresGrad: true });

/** A training step elsewhere: when its backward ends, what the one before computed is released. */
const anotherBackward = () => leaf(1).mul(2).sum().backward();

describe('backward', () => {
  test('adds up the gradients of a tensor that is used more than once', () => {
    const x = leaf(3);
    add(mul(x, x), mul(x, 5)).backward();
    expect(x.grad!.toArray()).toEqual([11]); // d(x^2 + 5x)/dx at 3
  });

  test('waits for all uses of an intermediate tensor before going on', () => {
    const x = leaf(1);
    const a = x.mul(2);
    const b = a.mul(3);
    a.add(b).add(a).backward();
    expect(x.grad!.toArray()).toEqual([10]); // 2 + 6 + 2
  });

  test('takes each node once, however many ways lead to it: 40 doublings', () => {
    const x = leaf(1);
    let y: Tensor = x;
    for (let i = 0; i < 40; i++) y = y.add(y);
    y.backward();
    expect(x.grad!.toArray()).toEqual([2 ** 40]);
  });

  test('goes down a chain of 100,000 additions, exactly', () => {
    const [x, b] = [leaf(1), leaf(0.5)];
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = y.add(b);
    y.backward();
    expect([y.item(), x.grad!.item(), b.grad!.item()]).toEqual([50_001, 1, 100_000]);
  });

  test('accumulates into grad over calls, until zeroGrad or null clears it', () => {
    const x = leaf(2, 3);
    const optimizer = new SGD([x], { lr: 0.1 });
    x.mul(2).sum().backward();
    x.mul(5).sum().backward();
    expect(x.grad!.toArray()).toEqual([7, 7]);
    optimizer.zeroGrad();
    expect(x.grad).toBeNull();
    x.mul(3).sum().backward();
    expect(x.grad!.toArray()).toEqual([3, 3]);
    x.grad = null;
    x.mul(4).sum().backward();
    expect(x.grad!.toArray()).toEqual([4, 4]);
  });

  test('takes d(loss)/d(this) for a tensor of several numbers, and leaves it alone', () => {
    const [x, dy] = [leaf(1, 2), tensor(Float64Array.of(10, 100))];
    x.mul(x).backward(dy);
    expect([x.grad!.toArray(), dy.toArray()]).toEqual([
      [20, 400],
      [10, 100],
    ]);
  });

  test('of a leaf is its own gradient', () => {
    const x = leaf(5);
    x.backward();
    expect(x.grad!.toArray()).toEqual([1]);
  });

  test('with options in the place of the gradient, or with others, is an error', () => {
    const wrong =
      (...args: unknown[]) =>
      () =>
        leaf(1)
          .mul(2)
          .backward(...(args as []));
    expect(wrong({ retainGraph: true })).toThrow('expected a tensor, then options, got ');
    expect(wrong(1)).toThrow('backward: expected a tensor, then options, got 1');
    expect(wrong(undefined, { retain: true })).toThrow("unknown option 'retain'");
  });

  test('without a gradient for several numbers, with one of another shape or dtype, is an error', () => {
    const y = leaf(1, 2).mul(2);
    expect(() => y.backward()).toThrow(ShapeError);
    expect(() => y.backward()).toThrow('backward: expected a single number, got shape [2]');
    expect(() => y.backward(tensor(Float64Array.of(1)))).toThrow('gradient of shape [2], got float64 [1]');
    expect(() => y.backward(tensor([1, 1]))).toThrow('expected a float64 gradient of shape [2], got float32 [2]');
  });

  test('where nothing requires a gradient is an error', () => {
    expect(() => sum(tensor([1, 2])).backward()).toThrow(ArgumentError);
    expect(() => sum(tensor([1, 2])).backward()).toThrow('computed from one with requiresGrad; none of them has it');
    expect(() => noGrad(() => sum(leaf(1))).backward()).toThrow('none of them has it');
  });

  test('that fails on the way leaves no half gradient behind for the next one', () => {
    const x = leaf(1, 2);
    let broken = true;
    const middle = x.mul(2);
    const fragile = operation({
      name: 'fragile',
      inputs: [middle],
      shape: middle.shape,
      backward: (dy, [dx]) => {
        dx!.array.set(dy.array);
        if (broken) throw new RangeError('on purpose');
      },
    });
    const loss = fragile.sum();
    expect(() => loss.backward()).toThrow('on purpose');
    broken = false;
    loss.backward();
    expect(x.grad!.toArray()).toEqual([2, 2]);
  });
});

describe('what gets a gradient', () => {
  test('a leaf with requiresGrad; others, and tensors on the way, have grad null', () => {
    const [x, fixed] = [leaf(2), tensor(Float64Array.of(3))];
    const y = x.mul(fixed);
    y.backward();
    expect([x.grad!.toArray(), fixed.grad, y.grad]).toEqual([[3], null, null]);
  });

  test('a frozen tensor costs no gradient: the operation is told that none is wanted', () => {
    const [x, frozen] = [leaf(1), leaf(2)];
    frozen.requiresGrad = false;
    let wanted: boolean[] = [];
    operation({
      name: 'spy',
      inputs: [x, frozen],
      shape: [1],
      forward: () => {},
      backward: (_dy, gradients) => {
        wanted = gradients.map((gradient) => gradient !== null);
      },
    }).backward();
    expect([wanted, frozen.grad]).toEqual([[true, false], null]);
  });

  test('retainGrad keeps that of a tensor on the way', () => {
    const x = leaf(1, 2);
    const y = x.mul(3).retainGrad();
    y.mul(y).sum().backward();
    expect([y.grad!.toArray(), x.grad!.toArray()]).toEqual([
      [6, 12],
      [18, 36],
    ]);
  });

  test('detach shares the numbers and cuts the history', () => {
    const x = leaf(3);
    const cut = x.mul(2).detach();
    expect([cut.requiresGrad, cut.toArray()]).toEqual([false, [6]]);
    x.mul(cut).backward();
    expect(x.grad!.toArray()).toEqual([6]);
    x.detach().data[0] = 7;
    expect(x.toArray()).toEqual([7]);
  });

  test('requiresGrad cannot be taken from a tensor that was computed', () => {
    const y = leaf(1).mul(2);
    expect(() => {
      y.requiresGrad = false;
    }).toThrow("'mul' computed this tensor; use detach()");
  });

  test('grad refuses another shape', () => {
    const x = leaf(1, 2);
    expect(() => {
      x.grad = tensor(Float64Array.of(1));
    }).toThrow('grad: expected a tensor of shape [2], got [1]');
  });
});

describe('memory: what a step computed', () => {
  test('stays readable until the next backward has ended, then reading it throws with advice', () => {
    const x = leaf(1, -2);
    const hidden = relu(x).retainGrad();
    const view = reshape(hidden, [2, 1]);
    const loss = view.mul(3).sum();
    loss.backward();
    const next = leaf(5).mul(2);
    expect([hidden.toArray(), view.toArray(), loss.item()]).toEqual([[1, 0], [[1], [0]], 3]);
    expect(hidden.grad!.toArray()).toEqual([3, 3]);
    const gradient = hidden.grad!;

    next.backward();
    for (const gone of [hidden, view, gradient, hidden.grad!]) {
      expect(() => gone.data).toThrow(ReleasedError);
      expect(() => gone.toArray()).toThrow('Keep a copy with clone()');
      expect(() => gone.add(1)).toThrow(ReleasedError);
    }
    expect([x.toArray(), x.grad!.toArray(), next.item(), loss.item()]).toEqual([[1, -2], [3, 0], 10, 3]);
  });

  test('survives as a clone', () => {
    const x = leaf(1, 2);
    const y = x.mul(2);
    const kept = y.clone();
    const late = kept.mul(3).sum();
    y.sum().backward();
    anotherBackward();
    expect(() => y.data).toThrow(ReleasedError);
    expect(kept.toArray()).toEqual([2, 4]);
    expect(late.item()).toBe(18);
    expect(() => late.backward()).toThrow("'mul' was used up");
    expect(() => late.backward()).toThrow('Compute the loss again before calling backward() on it');
  });

  test.each(['float32', 'float64'] as const)(
    'single numbers stay readable for ever: the losses of 20 steps, %s',
    (dtype) => {
      const w = tensor([1, 2], { requiresGrad: true, dtype });
      const losses = Array.from({ length: 20 }, (_, i) => {
        const loss = w.mul(i).sum();
        loss.backward();
        return loss;
      });
      const evaluated = Array.from({ length: 20 }, (_, i) => {
        let score: Tensor | undefined;
        noGrad(() => {
          score = w.mul(i).mean();
        });
        return score!;
      });
      losses.forEach((loss, i) => {
        expect([loss.item(), loss.toArray(), [...loss.data]]).toEqual([3 * i, 3 * i, [3 * i]]);
        expect(String(loss)).toBe(`Tensor [] ${dtype} ${3 * i}`);
        expect(loss.add(evaluated[i]).item()).toBe(4.5 * i);
      });
    },
  );

  test('a clone passes the gradient on', () => {
    const x = leaf(1, 2);
    x.mul(2).clone().mul(5).sum().backward();
    expect(x.grad!.toArray()).toEqual([10, 10]);
  });

  test('cannot be sent backward twice, as in PyTorch; the gradients stay as they are', () => {
    const x = leaf(1, 2);
    const loss = x.mul(x).sum();
    loss.backward();
    expect(() => loss.backward()).toThrow(ReleasedError);
    expect(() => loss.backward()).toThrow('trying to backward through the graph a second time');
    expect(() => loss.backward()).toThrow('backward(undefined, { retainGraph: true })');
    expect([x.grad!.toArray(), loss.item()]).toEqual([[2, 4], 5]);
  });

  test('nor a part of it: two losses of one network', () => {
    const x = leaf(1, 2);
    const shared = x.mul(x);
    const second = shared.mul(3).sum();
    shared.sum().backward();
    expect(() => second.backward()).toThrow("a second time: 'mul' was used up");
    expect(() => shared.mul(5).sum().backward()).toThrow('a second time');
    expect([x.grad!.toArray(), shared.toArray()]).toEqual([
      [2, 4],
      [1, 4],
    ]);
  });

  test('can be sent backward until one does not retain it: the gradients double and triple', () => {
    const x = leaf(1, 2);
    const loss = x.mul(x).sum();
    for (const times of [1, 2, 3]) {
      loss.backward(undefined, { retainGraph: times < 3 });
      expect(x.grad!.toArray()).toEqual([2 * times, 4 * times]);
      anotherBackward();
    }
    expect(() => loss.backward()).toThrow('a second time');
  });

  test('is kept where the next backward uses it too: two losses of one network', () => {
    const x = leaf(1, 2);
    const shared = x.mul(x);
    const [first, second] = [shared.sum(), shared.mul(3).sum()];
    first.backward(undefined, { retainGraph: true });
    second.backward();
    expect([x.grad!.toArray(), shared.toArray(), second.item()]).toEqual([[8, 16], [1, 4], 15]);
    expect(() => first.backward()).toThrow('a second time');
    anotherBackward();
    expect(() => shared.data).toThrow(ReleasedError);
  });

  test('is kept with what it was computed from: a tensor that another graph has used up', () => {
    const [x, w] = [leaf(1, 2), leaf(3, 4)];
    const hidden = x.mul(2);
    hidden.sum().backward();
    const loss = hidden.detach().mul(w).sum();
    loss.backward(undefined, { retainGraph: true });
    loss.backward();
    expect(w.grad!.toArray()).toEqual([4, 8]);
  });

  test('a view of a leaf is no graph to be used up', () => {
    const x = leaf(1, 2);
    const flat = reshape(x, [2, 1]);
    flat.mul(2).sum().backward();
    flat.mul(3).sum().backward();
    expect(x.grad!.toArray()).toEqual([5, 5]);
  });

  test('holds nothing when it is used up: not even what it was computed from', () => {
    const loss = leaf(1, 2).mul(2).sum();
    loss.backward();
    expect([loss.node!.inputs, loss.node!.owned]).toEqual([[], []]);
  });

  test('cannot be sent backward after another backward has ended; the gradients stay as they are', () => {
    const x = leaf(1, 2);
    const loss = x.mul(x).sum();
    loss.backward();
    anotherBackward();
    expect(() => loss.backward()).toThrow(ReleasedError);
    expect(x.grad!.toArray()).toEqual([2, 4]);
  });

  test('cannot be sent backward once a weight that it used has changed: optimizer.step(), loadStateDict()', () => {
    const generator = new Generator(1);
    const layer = new Dense(2, 3, { generator });
    const input = uniform([4, 2], { generator });
    const optimizer = new SGD(layer.parameters(), { lr: 0.1 });
    crossEntropy(layer.forward(input), [0, 1, 2, 0]).backward();
    const stale = crossEntropy(layer.forward(input), [0, 1, 2, 0]);
    optimizer.step();
    expect(() => stale.backward()).toThrow(ArgumentError);
    expect(() => stale.backward()).toThrow("an input of 'dense' was changed in place (by an optimizer step");
    const alsoStale = crossEntropy(layer.forward(input), [0, 1, 2, 0]);
    layer.loadStateDict(layer.stateDict());
    expect(() => alsoStale.backward()).toThrow('changed in place');
  });
});

describe('noGrad', () => {
  test('records nothing, keeps what it returns, and frees the rest', () => {
    const x = leaf(1, 2);
    let inner: Tensor | undefined;
    const y = noGrad(() => {
      inner = x.mul(2);
      return inner.add(1);
    });
    expect([y.requiresGrad, y.toArray()]).toEqual([false, [3, 5]]);
    expect(() => inner!.data).toThrow(ReleasedError);
    expect(x.toArray()).toEqual([1, 2]);
  });

  test('finds what it returns in arrays, objects, maps and sets', () => {
    const x = leaf(1);
    const kept = noGrad(() => ({
      list: [x.mul(2), [x.mul(3)]],
      deep: { er: x.mul(4) },
      map: new Map([['key', x.mul(5)]]),
      set: new Set([x.mul(6)]),
      none: null,
    }));
    const [first, [second]] = kept.list as [Tensor, Tensor[]];
    const all = [first, second, kept.deep.er, kept.map.get('key')!, ...kept.set];
    expect(all.map((each) => each.item())).toEqual([2, 3, 4, 5, 6]);
  });

  test('keeps the numbers of a view that it returns, and a clone made inside', () => {
    const x = leaf(1, 2);
    let cloned: Tensor | undefined;
    const view = noGrad(() => {
      cloned = x.mul(3).clone();
      return reshape(x.mul(2), [2, 1]);
    });
    expect([view.toArray(), cloned!.toArray()]).toEqual([
      [[2], [4]],
      [3, 6],
    ]);
  });

  test('nested: what the inner one returns lives as long as the outer one, or longer if that returns it too', () => {
    const x = leaf(1, 5);
    const seen: Tensor[] = [];
    const out = noGrad(() => {
      const [a, b] = noGrad(() => [x.mul(2), x.mul(3)]);
      seen.push(a, b);
      expect([a.toArray(), b.toArray()]).toEqual([
        [2, 10],
        [3, 15],
      ]);
      expect(x.mul(2).requiresGrad).toBe(false); // The inner one's end does not switch recording on.
      return a;
    });
    expect(out.toArray()).toEqual([2, 10]);
    expect(() => seen[1].data).toThrow(ReleasedError);
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  test('that throws frees what it computed, and recording goes on', () => {
    const x = leaf(1, 2);
    let inner: Tensor | undefined;
    const failing = () =>
      noGrad(() => {
        inner = x.mul(2);
        throw new RangeError('on purpose');
      });
    expect(failing).toThrow('on purpose');
    expect(() => inner!.data).toThrow(ReleasedError);
    expect(x.mul(2).requiresGrad).toBe(true);
  });

  test('refuses an async function, and recording goes on', () => {
    expect(() => noGrad(async () => 1)).toThrow('noGrad: expected a synchronous function');
    expect(leaf(1).mul(2).requiresGrad).toBe(true);
  });

  test('leaves what was computed outside alone', () => {
    const y = leaf(1).mul(2);
    noGrad(() => y.mul(3));
    y.backward();
    expect(y.item()).toBe(2);
  });
});
