import { describe, expect, test } from 'vitest';
import { Dense, noGrad, ReleasedError, relu, SGD, ShapeError, type Tensor, tensor, zeros } from '../src/index.js';

const leaf = (...values: number[]) => tensor(Float64Array.from(values), { requiresGrad: true });
const anotherBackward = () => leaf(1).mul(2).sum().backward();

describe('what once went wrong', () => {
  test('a retained gradient does not enter the next backward: same loss twice', () => {
    const x = leaf(1);
    const hidden = x.mul(3).retainGrad();
    const loss = hidden.mul(2).sum();
    loss.backward();
    loss.backward();
    expect([x.grad!.toArray(), hidden.grad!.toArray()]).toEqual([[12], [4]]);
  });
  test('a retained gradient does not enter the next backward: two losses of one network', () => {
    const x = leaf(1);
    const hidden = x.mul(3).retainGrad();
    const [first, second] = [hidden.mul(2).sum(), hidden.mul(5).sum()];
    first.backward();
    second.backward();
    expect([x.grad!.toArray(), hidden.grad!.toArray()]).toEqual([[21], [7]]);
  });
  test('a view whose retained gradient was released can be used in a new loss', () => {
    const x = leaf(1);
    const view = x.reshape([1, 1]).retainGrad();
    view.mul(2).sum().backward();
    anotherBackward();
    view.mul(2).sum().backward();
    expect(x.grad!.toArray()).toEqual([4]);
  });
  test('ragged rows further in are refused', () => {
    expect(() => tensor([[[1, 2]], [[3]]])).toThrow(ShapeError);
    expect(() => tensor([[[1]], [[2, 3]]])).toThrow(ShapeError);
  });
  test('a leaf frozen between forward and backward is no crash', () => {
    const [x, y] = [leaf(1), leaf(2)];
    const loss = relu(x).add(y).sum();
    x.requiresGrad = false;
    loss.backward();
    expect([x.grad, y.grad!.toArray()]).toEqual([null, [1]]);
  });
  test('String and console.log of a released tensor say so', () => {
    const y = leaf(1).mul(2);
    y.sum().backward();
    anotherBackward();
    expect(String(y)).toBe('Tensor [1] float64 (released)');
  });
  test('backward of a released loss says to compute it again', () => {
    const loss = leaf(1, 2).mul(2).sum();
    loss.backward();
    anotherBackward();
    expect(() => loss.backward()).toThrow('Compute the loss again before calling backward() on it');
  });
  test('a state with a released tensor changes nothing', () => {
    const layer = new Dense(1, 1);
    const before = layer.weight.item();
    let gone: Tensor | undefined;
    noGrad(() => {
      gone = zeros([1]).mul(2);
    });
    expect(() => layer.loadStateDict({ weight: tensor([[99]]), bias: gone! })).toThrow(ReleasedError);
    expect(layer.weight.item()).toBe(before);
  });
  test('to() after forward makes that graph stale, as its docstring says', () => {
    const layer = new Dense(1, 1);
    const loss = layer.forward(zeros([1, 1])).sum();
    layer.to('float64');
    expect(() => loss.backward()).toThrow();
  });
  test('noGrad takes a result with a long list', () => {
    const x = leaf(1);
    const result = noGrad(() => ({ y: x.mul(2), list: new Array(300_000).fill(0) }));
    expect(result.y.item()).toBe(2);
  });
  test('a tensor that the user assigned as grad is the user’s: zeroGrad does not free it', () => {
    const [x, g] = [leaf(1), tensor(Float64Array.of(5))];
    x.grad = g;
    new SGD([x]).zeroGrad();
    expect(g.item()).toBe(5);
  });
});
