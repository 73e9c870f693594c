import type { AnyModule } from './module.js';

/** The model and all inside it, without the cost of their paths. */
function modulesOf(model: AnyModule, found: AnyModule[] = []): AnyModule[] {
  found.push(model);
  for (const [, child] of model.namedChildren()) modulesOf(child, found);
  return found;
}

/** @internal Notes the mode of each layer; gives what puts them back. */
export function keepModes(model: AnyModule, modules = modulesOf(model)): () => void {
  const modes = modules.map(({ training }) => training);
  return () => {
    modules.forEach((module, i) => {
      module.training = modes[i] && !module.frozen;
    });
  };
}

/** @internal Calls `fn` with all layers in evaluation mode; each has the mode that it had when `fn` has returned or thrown. */
export function inEvaluation<T>(model: AnyModule, fn: () => T): T {
  const modules = modulesOf(model);
  const putBack = keepModes(model, modules);
  try {
    if (modules.some(({ training }) => training)) model.eval();
    return fn();
  } finally {
    putBack();
  }
}
