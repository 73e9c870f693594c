import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  add,
  crossEntropy,
  div,
  Generator,
  logSoftmax,
  matmul,
  max,
  mean,
  mul,
  permute,
  pow,
  type Shape,
  softmax,
  sub,
  sum,
  tensor,
} from '../src/index.js';
import { anySeed, difference, indices, leaf, numbers, offset, sizeOf, upTo } from './arrays.js';
import { expectClose } from './close.js';
import { sum as total } from './statistics.js';

// Random shapes and settings against second implementations in plain loops. Errors are relative to max(1, |value|).
// float64 against float64 is held to 1e-11.

fc.configureGlobal({ seed: 20240214, numRuns: 300 });

const anyShape = (rank: number, least = 1) => fc.array(upTo(4, least), { maxLength: rank });

describe('broadcasting', () => {
  /** A shape, and two that broadcast to it: leading axes dropped, others set to 1, never the same axis in both. */
  const operands = fc
    .record({ shape: anyShape(4), lacks: fc.array(fc.constantFrom('a', 'b', null), { minLength: 4, maxLength: 4 }) })
    .chain(({ shape, lacks }) => {
      const ones = (who: string) => shape.map((n, i) => (lacks[i] === who ? 1 : n));
      const leading = (own: number[]) => own.findIndex((n) => n !== 1);
      const [a, b] = [ones('a'), ones('b')];
      return fc.record({
        shape: fc.constant(shape),
        a: upTo(Math.max(0, leading(a))).map((drop) => a.slice(drop)),
        b: fc.constant(b),
        seed: anySeed,
      });
    });

  test.each([
    { op: add, fn: (a: number, b: number) => a + b },
    { op: sub, fn: (a: number, b: number) => a - b },
    { op: mul, fn: (a: number, b: number) => a * b },
    { op: div, fn: (a: number, b: number) => a / b },
    { op: pow, fn: (a: number, b: number) => a ** b },
  ])('$op.name follows the indices; gradients match central differences, float64, within 1e-6', ({ op, fn }) => {
    fc.assert(
      fc.property(operands, fc.boolean(), ({ shape, seed, ...given }, swap) => {
        const [shapeA, shapeB] = swap ? [given.b, given.a] : [given.a, given.b];
        const a = leaf(numbers(seed, shapeA, 0.5, 2), shapeA);
        const b = leaf(numbers(`${seed} b`, shapeB, 0.5, 2), shapeB);
        const y = op(a, b);
        expect(y.shape).toEqual(shape);
        const expected = indices(shape).map((i) => fn(a.data[offset(i, shapeA)], b.data[offset(i, shapeB)]));
        expectClose(y.data, expected, 1e-14);
        const dy = numbers(`${seed} dy`, shape);
        y.backward(tensor(dy, { shape }));
        for (const input of [a, b]) {
          const index = new Generator(seed).integer(input.size);
          const slope = difference(() => op(a, b), dy, input, index, 1e-5);
          expectClose([input.grad!.data[index]], [slope], 1e-6);
        }
      }),
    );
  });
});

describe('reductions over random axes', () => {
  const reduction = fc
    .record({
      shape: anyShape(4),
      keepDims: fc.boolean(),
      seed: anySeed,
      picks: fc.array(fc.boolean(), { minLength: 4 }),
    })
    .map(({ picks, ...rest }) => ({ ...rest, axes: [...rest.shape.keys()].filter((axis) => picks[axis]) }));

  /** The values that meet in each element of the result. */
  function groupsOf(values: Float64Array, shape: Shape, axes: readonly number[]): number[][] {
    const kept = shape.map((n, i) => (axes.includes(i) ? 1 : n));
    const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
    indices(shape).forEach((index, at) => {
      groups[offset(index, kept)].push(values[at]);
    });
    return groups;
  }
  const resultShape = (shape: Shape, axes: readonly number[], keepDims: boolean) =>
    keepDims ? shape.map((n, i) => (axes.includes(i) ? 1 : n)) : shape.filter((_, i) => !axes.includes(i));

  test('sum and mean add what differs in those axes only, float64, within 1e-11', () => {
    fc.assert(
      fc.property(reduction, fc.boolean(), ({ shape, axes, keepDims, seed }, fromTheBack) => {
        const values = numbers(seed, shape);
        const groups = groupsOf(values, shape, axes);
        const axis = fromTheBack ? axes.map((i) => i - shape.length) : axes;
        const [s, m] = [sum, mean].map((op) => op(tensor(values, { shape }), { axis, keepDims }));
        expect([s.shape, m.shape]).toEqual(Array(2).fill(resultShape(shape, axes, keepDims)));
        expectClose(s.data, groups.map(total), 1e-11);
        expectClose(
          m.data,
          groups.map((group) => total(group) / group.length),
          1e-11,
        );
      }),
    );
  });

  test('max takes the largest along an axis or of all, exactly', () => {
    fc.assert(
      fc.property(reduction, ({ shape, axes, keepDims, seed }) => {
        const values = numbers(seed, shape);
        const over = axes.length > 0 ? axes.slice(0, 1) : [...shape.keys()];
        const y = max(tensor(values, { shape }), { keepDims, ...(axes.length > 0 ? { axis: axes[0] } : {}) });
        expect(y.shape).toEqual(resultShape(shape, over, keepDims));
        expect(Array.from(y.data)).toEqual(groupsOf(values, shape, over).map((group) => Math.max(...group)));
      }),
    );
  });
});

test('permute moves each element to its place, and the inverse order moves it back, exactly', () => {
  const order = anyShape(5).chain((shape) =>
    fc.record({ shape: fc.constant(shape), axes: fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }) }),
  );
  fc.assert(
    fc.property(order, ({ shape, axes }) => {
      const x = tensor(numbers('permute', shape), { shape });
      const y = permute(x, axes);
      expect(y.shape).toEqual(axes.map((axis) => shape[axis]));
      const expected = indices(y.shape).map((index) => {
        const from = shape.map((_, axis) => index[axes.indexOf(axis)]);
        return x.data[offset(from, shape)];
      });
      expect(Array.from(y.data)).toEqual(expected);
      const back = axes.map((_, axis) => axes.indexOf(axis));
      expect(permute(y, back)).toMatchObject({ shape });
      expect(permute(y, back).toArray()).toEqual(x.toArray());
    }),
  );
});

test('matmul with random batch axes is three loops, float64, within 1e-11', () => {
  const batches = fc.record({ M: upTo(4, 1), K: upTo(5, 1), N: upTo(4, 1), head: anyShape(2), repeats: fc.boolean() });
  fc.assert(
    fc.property(batches, fc.boolean(), ({ M, K, N, head, repeats }, left) => {
      const small = repeats ? head.map((n, i) => (i === 0 ? 1 : n)) : [];
      const [shapeA, shapeB] = [
        [...(left ? small : head), M, K],
        [...(left ? head : small), K, N],
      ];
      const [a, b] = [numbers('a', shapeA), numbers('b', shapeB)];
      const y = matmul(tensor(a, { shape: shapeA }), tensor(b, { shape: shapeB }));
      expect(y.shape).toEqual([...head, M, N]);
      const expected = indices(y.shape).map((index) => {
        const [batch, [m, n]] = [index.slice(0, -2), index.slice(-2)];
        let dot = 0;
        for (let k = 0; k < K; k++) dot += a[offset([...batch, m, k], shapeA)] * b[offset([...batch, k, n], shapeB)];
        return dot;
      });
      expectClose(y.data, expected, 1e-11);
    }),
  );
});

test('softmax along an axis sums to 1, ignores a shift, and its logarithm is logSoftmax, float64, within 1e-10', () => {
  const lines = fc.record({
    shape: fc.array(upTo(4, 1), { minLength: 1, maxLength: 3 }),
    seed: anySeed,
    pick: upTo(2),
  });
  fc.assert(
    fc.property(lines, fc.integer({ min: -1000, max: 1000 }), ({ shape, seed, pick }, shift) => {
      const axis = pick % shape.length;
      const x = tensor(numbers(seed, shape, -8, 8), { shape });
      const y = softmax(x, axis);
      expectClose(sum(y, { axis }).data, new Float64Array(x.size / shape[axis]).fill(1), 1e-12);
      expectClose(softmax(add(x, shift), axis).data, y.data, 1e-10);
      expectClose(logSoftmax(add(x, shift), axis).data, y.data.map(Math.log), 1e-10);
    }),
  );
});

test('crossEntropy is -logSoftmax at the label, float64, within 1e-12, and finite for logits of 1e4', () => {
  fc.assert(
    fc.property(upTo(5, 1), upTo(6, 1), anySeed, fc.constantFrom(1, 1e4), (rows, classes, seed, scale) => {
      const logits = tensor(numbers(seed, [rows, classes], -scale, scale), { shape: [rows, classes] });
      const labels = Array.from(numbers(`${seed} labels`, [rows], 0, classes), Math.floor);
      const losses = crossEntropy(logits, labels, { reduction: 'none' });
      const logs = logSoftmax(logits).data;
      expectClose(
        losses.data,
        labels.map((label, row) => -logs[row * classes + label]),
        1e-12,
      );
      expect(losses.data.every(Number.isFinite)).toBe(true);
    }),
  );
});
