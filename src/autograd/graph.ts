import { ArgumentError, ReleasedError, show } from '../errors.js';
import { accumulateKernels } from './accumulate.js';
import { zeros } from './backend.js';
import { type AnyStorage, type DType, Storage } from './storage.js';

/** What the graph needs to know of a tensor. */
export interface Variable {
  readonly dtype: DType;
  readonly storage: Storage;
  readonly requiresGrad: boolean;
  /** How it was computed; null for a leaf. */
  readonly node: Node | null;
  /** d(loss)/d(this): collected during `backward`; kept afterwards by leaves and where `keepsGrad` is set. */
  gradient: Storage | null;
  readonly keepsGrad: boolean;
}

/** Adds to each entry of `gradients` (null where none is wanted) what `dy` says of the inputs; `y` is the result. */
export type GradientFunction = (dy: Storage, gradients: readonly (Storage | null)[], y: Storage) => void;

/** One step of the computation. */
export interface Node {
  readonly name: string;
  inputs: readonly Variable[];
  /** The inputs' versions when the result was computed. */
  readonly versions: readonly number[];
  /** null when a `backward` has used it up. */
  backward: GradientFunction | null;
  /** What was allocated for it, and ends with it: its result, unless that is a view or a copy to keep, and workspace. */
  owned: readonly AnyStorage[];
}

let recording = true;
let scope: AnyStorage[] | null = null;

/** Whether results remember how they were computed. */
export function isRecording(): boolean {
  return recording;
}

/** Notes a storage that ends with the innermost `noGrad`. */
export function ownedByScope(storage: AnyStorage): void {
  scope?.push(storage);
}

/**
 * Calls `fn` without recording gradients, and returns what it returns. Everything computed inside is freed when it
 * ends, except the tensors in its result, wherever they are in arrays and objects.
 */
export function noGrad<T>(fn: () => T): T {
  if (typeof fn !== 'function') throw new ArgumentError('noGrad', `expected a function, got ${show(fn)}`);
  const outer = { recording, scope };
  const own: AnyStorage[] = [];
  const kept = new Set<unknown>();
  recording = false;
  scope = own;
  try {
    const result = fn();
    if (result instanceof Promise) {
      throw new ArgumentError('noGrad', 'expected a synchronous function, got one that returns a promise');
    }
    if (own.length > 0) collect(result, kept);
    return result;
  } finally {
    ({ recording, scope } = outer);
    for (const storage of own) {
      if (kept.has(storage)) scope?.push(storage);
      else storage.release();
    }
  }
}

/** Adds to `seen` the storage of every tensor that can be reached from `value`. */
function collect(value: unknown, seen: Set<unknown>): void {
  const queue = [value];
  while (queue.length > 0) {
    const next = queue.pop();
    if (typeof next !== 'object' || next === null || seen.has(next) || ArrayBuffer.isView(next)) continue;
    seen.add(next);
    if ('storage' in next && next.storage instanceof Storage) seen.add(next.storage);
    else for (const inner of next instanceof Map || next instanceof Set ? next : Object.values(next)) queue.push(inner);
  }
}

const NOTHING: readonly never[] = [];
/** What the last `backward` used up; it ends with the next one that uses up its graph. */
let lastUsed: AnyStorage[] = [];

/**
 * Adds d(root)/d(leaf) to the gradient of every leaf that `root` was computed from, `seed` being d(loss)/d(root). At its
 * end, what the previous `backward` used up is released, and this graph is used up, unless it is retained.
 */
export function backward(root: Variable, seed: Storage, retainGraph: boolean): void {
  const order = topologicalOrder(root);
  for (const { node, storage } of order) check(node!, storage);

  const used: AnyStorage[] = [];
  // What earlier calls left in a retained gradient must not be sent on again: it is set aside, and added at the end.
  const retained = new Map<Variable, Storage | null>();
  for (const variable of order) {
    if (!variable.keepsGrad) continue;
    retained.set(variable, variable.gradient);
    variable.gradient = null;
  }
  try {
    accumulateKernels.forward(seed, gradientOf(root));
    for (let i = order.length - 1; i >= 0; i--) {
      const variable = order[i];
      const { node, storage, gradient } = variable;
      const gradients = node!.inputs.map((input) => (input.requiresGrad ? gradientOf(input) : null));
      // All null when a leaf was frozen after it was used.
      if (gradients.some((each) => each !== null)) node!.backward!(gradient!, gradients, storage);
      if (variable.keepsGrad) {
        const earlier = retained.get(variable);
        if (earlier && !earlier.released) accumulateKernels.forward(earlier, gradient!);
        used.push(gradient!);
      } else dropGradient(variable);
    }
  } finally {
    for (const variable of order) if (!variable.keepsGrad) dropGradient(variable); // What an error left behind.
  }
  if (retainGraph) {
    lastUsed.push(...used); // The graph may need what another one has used up.
    return;
  }
  for (const { node } of order) {
    if (node!.owned.length === 0) continue; // A view or a copy, which has nothing to lose: it may be used again.
    used.push(...node!.owned);
    // From now on it holds nothing: neither numbers nor what it was computed from.
    node!.backward = null;
    node!.inputs = NOTHING;
    node!.owned = NOTHING;
  }
  for (const storage of lastUsed) storage.release();
  lastUsed = used;
}

/** The variables that `root` was computed from, leaves left out, each after its inputs. */
function topologicalOrder(root: Variable): Variable[] {
  const order: Variable[] = [];
  const seen = new Set<Variable>();
  // A stack of its own, because a deep graph would overflow the call stack. `next` is the input to look at.
  const stack: { variable: Variable; next: number }[] = [];
  const visit = (variable: Variable) => {
    if (!variable.node || seen.has(variable)) return;
    seen.add(variable);
    stack.push({ variable, next: 0 });
  };
  visit(root);
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const inputs = top.variable.node!.inputs;
    if (top.next < inputs.length) visit(inputs[top.next++]);
    else order.push(stack.pop()!.variable);
  }
  return order;
}

function check({ name, inputs, versions, backward }: Node, result: Storage): void {
  if (!backward) {
    throw new ReleasedError(
      'backward',
      `trying to backward through the graph a second time: '${name}' was used up. Compute the loss again before calling ` +
        'backward() on it, or make the earlier call backward(undefined, { retainGraph: true })',
    );
  }
  if (result.released || inputs.some(({ storage }) => storage.released)) {
    throw new ReleasedError(
      'backward',
      `the numbers of '${name}' are gone. Compute the loss again before calling backward() on it`,
    );
  }
  if (inputs.some(({ storage }, i) => storage.version !== versions[i])) {
    throw new ArgumentError(
      'backward',
      `an input of '${name}' was changed in place (by an optimizer step or loadStateDict) after it was used. ` +
        'Compute the loss again before calling backward() on it',
    );
  }
}

function gradientOf(variable: Variable): Storage {
  variable.gradient ??= zeros(variable.dtype, variable.storage.length);
  return variable.gradient;
}

function dropGradient(variable: Variable): void {
  variable.gradient?.release();
  variable.gradient = null;
}
