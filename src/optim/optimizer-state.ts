import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, type Built, checkBuilt, FINITE, ShapeError, show, WHOLE } from '../errors.js';
import { sameShape, showShape } from '../shape.js';

/** All that an optimizer needs to go on where it was: plain data, and tensors of its own. */
export interface OptimizerState {
  /** Its class, such as 'Adam'. */
  kind: string;
  /** The groups' settings, with the place of each of their parameters among all parameters. */
  groups: (Record<string, unknown> & { params: number[] })[];
  /** How often each parameter was changed. */
  steps: number[];
  /** What is remembered of each parameter, by name. */
  memories: Record<string, Tensor>[];
}

/** @internal Throws unless it is the state of an optimizer of this kind, with these groups and all these parameters. */
export function checkState(
  where: string,
  state: OptimizerState,
  groups: readonly { params: readonly Tensor[] }[],
  parameters: readonly Tensor[],
): void {
  if (state?.kind !== where) {
    throw new ArgumentError(where, `expected the state of ${where}, got ${show(state?.kind ?? state)}`);
  }
  checkBuilt(where, 'the state', state, { groups: [{ params: [WHOLE] }], steps: [WHOLE], memories: [{}] });
  const sizes = (all: readonly { params: { length: number } }[]) =>
    all.map(({ params }) => params.length).join(' and ');
  if (sizes(state.groups) !== sizes(groups)) {
    throw new ArgumentError(where, `expected groups of ${sizes(groups)} parameters, got ${sizes(state.groups)}`);
  }
  groups.forEach(({ params: _, ...group }, i) => {
    const settings = Object.entries(group).map(([key, own]): [string, Built] => [key, like(own)]);
    checkBuilt(where, 'the setting', state.groups[i], Object.fromEntries(settings));
  });
  const { steps, memories } = state;
  if (steps.length !== parameters.length || memories.length !== parameters.length) {
    throw new ArgumentError(where, `expected the state of ${parameters.length} parameters, got ${steps.length}`);
  }
  parameters.forEach(({ shape, dtype }, i) => {
    for (const [name, memory] of Object.entries<unknown>(memories[i])) {
      const isTensor = memory instanceof Tensor;
      if (isTensor && sameShape(memory.shape, shape) && memory.dtype === dtype) continue;
      const got = isTensor ? `${memory.dtype} ${showShape(memory.shape)}` : show(memory);
      throw new ShapeError(where, `expected ${dtype} ${showShape(shape)} as ${name} of parameter ${i}, got ${got}`);
    }
  });
}

/** What a setting must be to take the place of this one. */
function like(own: unknown): Built {
  if (Array.isArray(own)) {
    return (value: unknown[]) => Array.isArray(value) && value.length === own.length && value.every(FINITE);
  }
  return typeof own === 'number' ? FINITE : (value) => typeof value === typeof own;
}
