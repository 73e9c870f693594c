import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as convgrad from '../src/index.js';
import {
  clipGradNorm,
  clipGradValue,
  type DType,
  type Optimizer,
  type ReduceLROnPlateau,
  SGD,
  tensor,
} from '../src/index.js';
import { byDefinitions } from './plain-backend.js';

// What PyTorch 1.13 makes of zeros of both signs, infinities, NaN, subnormal and huge numbers, as weights, as gradients, as
// learning rates and as what a plateau is told: by fixtures/make_special_optim.py.

/** A number, or what JSON has no number for. */
type Stored = number | 'NaN' | 'Infinity' | '-Infinity';
interface Case extends Record<'float32' | 'float64', Stored[][]> {
  kind: string;
  options: object;
}

const special = JSON.parse(readFileSync(new URL('fixtures/special-optim.json', import.meta.url), 'utf8')) as {
  pairs: { weights: Stored[]; gradients: Stored[] };
  optimizers: Case[];
  clips: { given: Stored[]; maxNorm: number | null; value: number | null; norm: Stored; gradients: Stored[] }[];
  schedules: { kind: string; options: object; lr: number; metrics: Stored[] | null; rates: Stored[] }[];
};
const byName = convgrad as unknown as Record<string, new (first: unknown, options: object) => unknown>;
const { weights, gradients } = special.pairs;

/** Fails unless the numbers are the same but for roundings; -0 and 0 are, NaN and NaN too. */
function expectSame(got: ArrayLike<number>, wanted: Stored[], tolerance: number, of: (i: number) => string): void {
  expect(got.length).toBe(wanted.length);
  const wrong = wanted.flatMap((each, i) => {
    const value = Number(each);
    if (Object.is(got[i], value) || got[i] === value) return [];
    if (Math.abs(got[i] - value) <= tolerance * Math.max(1, Math.abs(value))) return [];
    return [`${of(i)}: expected ${value}, got ${got[i]}`];
  });
  expect(wrong).toEqual([]);
}

function check({ kind, options, ...steps }: Case, dtype: DType): void {
  const w = tensor(weights.map(Number), { dtype, requiresGrad: true });
  const optimizer = new byName[kind]([w], options) as Optimizer;
  steps[dtype].forEach((wanted, step) => {
    const turned = [...gradients.slice(step), ...gradients.slice(0, step)];
    w.grad = tensor(turned.map(Number), { dtype });
    optimizer.step();
    const of = (i: number) => `step ${step + 1} of ${weights[i]}, gradients ${gradients[i]}, ${gradients[i + 1]}`;
    // AdamW takes a share of the weight away, where PyTorch multiplies: of an infinite one that leaves NaN.
    const same =
      kind !== 'AdamW'
        ? wanted
        : wanted.map((each, i) => (Math.abs(Number(weights[i])) !== Infinity ? each : w.data[i]));
    expectSame(w.data, same as Stored[], dtype === 'float32' ? 2e-6 : 1e-12, of);
  });
}

const named = special.optimizers.map((each): [string, Case] => [`${each.kind} ${JSON.stringify(each.options)}`, each]);

describe.each(['float32', 'float64'] as const)('as in PyTorch, steps from special values, %s:', (dtype) => {
  test.each(named)('%s', (_, each) => check(each, dtype));
});

describe('as in PyTorch, steps from special values, float32 by the definitions:', () => {
  byDefinitions();
  test.each(named)('%s', (_, each) => check(each, 'float32'));
});

test('as in PyTorch: gradients that are clipped', () => {
  expect(special.clips.length).toBeGreaterThan(20);
  for (const { given, maxNorm, value, norm, gradients: wanted } of special.clips) {
    const w = tensor(new Float64Array(given.length), { requiresGrad: true });
    w.grad = tensor(Float64Array.from(given, Number));
    const what = `${given.join(' ')} to ${maxNorm ?? value}`;
    if (value !== null) clipGradValue([w], value);
    else expectSame([clipGradNorm([w], maxNorm!)], [norm], 1e-12, () => `the norm of ${what}`);
    expectSame(w.grad.data, wanted, 1e-12, (i) => `${what}, number ${i}`);
  }
});

describe('as in PyTorch: rates that are 0, subnormal or huge, and measures that are not finite', () => {
  const titled = special.schedules.map((each) => {
    return [`${each.kind} ${JSON.stringify(each.options)} from ${each.lr}`, each] as const;
  });
  test.each(titled)('%s', (_, { kind, options, lr, metrics, rates }) => {
    const optimizer = new SGD([tensor([1], { requiresGrad: true })], { lr, momentum: 0.9 });
    const scheduler = new byName[kind](optimizer, options) as ReduceLROnPlateau;
    const seen = [optimizer.groups[0].lr];
    for (const step of rates.slice(1).keys()) {
      scheduler.step(metrics ? Number(metrics[step]) : (undefined as never));
      seen.push(optimizer.groups[0].lr);
    }
    const rounding = 1e-15 * Math.max(...rates.map(Number).filter(Number.isFinite));
    rates.map(Number).forEach((rate, step) => {
      const close =
        Object.is(seen[step], rate) || Math.abs(seen[step] - rate) <= 1e-12 * Math.abs(rate) + rounding + 1e-320;
      expect(close, `after ${step} steps: expected ${rate}, got ${seen[step]}`).toBe(true);
    });
  });
});
