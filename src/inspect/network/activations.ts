import { wrap } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { checkTensors } from '../../autograd/operation.js';
import type { Tensor } from '../../autograd/tensor.js';
import { ArgumentError, show } from '../../errors.js';
import { inEvaluation } from '../../nn/modes.js';
import type { AnyModule } from '../../nn/module.js';
import { watchForward } from '../../nn/summary.js';
import { layerAt } from './layer.js';

/**
 * What named modules compute for a batch, all in one pass, in evaluation mode. No hooks are needed:
 *
 *     const { conv1: [maps], fc: [logits] } = activations(model, x, ['conv1', 'fc']);
 *
 * @param x what the model gets: a batch [N, ...shape], or a list of them for a model of several inputs
 * @param names paths of `model.namedModules()`, such as 'conv1' or 'layer1.0'; '' is the model itself
 * @returns copies of the outputs by name, a list for each: one tensor mostly; several where the module gives several, or runs
 * several times, in the order in which they came
 * @throws ArgumentError for a name that is no module, or of one that does not run
 */
export function activations<Name extends string>(
  model: AnyModule,
  x: Tensor | readonly Tensor[],
  names: readonly Name[],
): Record<Name, Tensor[]> {
  const where = 'activations';
  if (!Array.isArray(names)) throw new ArgumentError(where, `expected a list of names, got ${show(names)}`);
  const modules = new Map(names.map((name) => [layerAt(where, model, name), [] as Tensor[]]));
  const inputs: readonly Tensor[] = Array.isArray(x) ? x : [x];
  checkTensors(where, ...inputs);
  const uncover = [...modules].map(([module, found]) =>
    watchForward(module, (outputs) => {
      // Copies: the pass frees what it computed when it ends.
      found.push(...outputs.map(({ storage, shape }) => wrap(storage.array.slice(), shape)));
    }),
  );
  try {
    inEvaluation(model, () => noGrad(() => model.forward(...inputs)));
  } finally {
    for (const end of uncover) end();
  }
  const entries = names.map((name) => {
    const found = modules.get(layerAt(where, model, name))!;
    if (found.length > 0) return [name, found];
    throw new ArgumentError(where, `the model does not run its layer ${show(name)}: its forward() is never called`);
  });
  return Object.fromEntries(entries);
}
