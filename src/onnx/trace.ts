import { randn } from '../autograd/create.js';
import { noGrad } from '../autograd/graph.js';
import type { Storage } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { type Step, traced } from '../autograd/trace.js';
import { ArgumentError, show } from '../errors.js';
import { inEvaluation } from '../nn/modes.js';
import type { AnyModule } from '../nn/module.js';
import { Generator } from '../random.js';
import { type Shape, sameShape } from '../shape.js';

/** One pass of a model over random examples: every operation, in the order in which they ran. */
export interface Trace {
  inputs: readonly Tensor[];
  steps: readonly { step: Step; result: Tensor; path: string }[];
  /** Where numbers were read in JavaScript: by what, by which module, and of what, before which step. */
  reads: readonly { what: string; path: string; tensor: Tensor; step: number }[];
  /** What came out, by name: '' where it is one tensor. */
  outputs: readonly [name: string, value: Tensor][];
  /**
   * What a tensor is: an input ('input 0'), a part of the state ('state conv1.weight') or a result ('step 3'); null for one
   * that came from nowhere, whose numbers are constants of the program.
   */
  identify(tensor: Tensor): string | null;
}

/** Runs the model in evaluation mode on `examples` random examples. */
export function traceOf(model: AnyModule, shapes: readonly Shape[], examples: number): Trace {
  const generator = new Generator('exportOnnx');
  const reads: { what: string; path: string; tensor: Tensor; step: number }[] = [];
  const note = (tensor: Tensor, what: string) => void reads.push({ what, path: path(), tensor, step: steps.length });
  const inputs = shapes.map((shape) => guarded(randn([examples, ...shape], { generator }), note));
  const steps: { step: Step; result: Tensor; path: string }[] = [];
  const known = new Map<Tensor, string>();
  const sharing = new Map<Storage, Tensor[]>();
  const know = (tensor: Tensor, id: string) => {
    known.set(tensor, id);
    sharing.set(tensor.storage, [...(sharing.get(tensor.storage) ?? []), tensor]);
  };
  for (const [key, tensor] of Object.entries(model.stateDict())) know(tensor, `state ${key}`);
  inputs.forEach((input, i) => {
    know(input, `input ${i}`);
  });
  const { path, restore } = watchPaths(model);
  try {
    const output = inEvaluation(model, () =>
      noGrad(() =>
        traced(
          (step, result) => {
            know(guarded(result, note), `step ${steps.length}`);
            steps.push({ step, result, path: path() });
          },
          () => model.forward(...inputs),
        ),
      ),
    );
    return {
      inputs,
      steps,
      reads,
      outputs: namedOutputs(output, ''),
      identify: (tensor) => {
        // Of the same numbers and shape, such as what detach() gives, and a layer's parameter: the oldest is none computed from it.
        const same = sharing.get(tensor.storage)?.find(({ shape }) => sameShape(shape, tensor.shape));
        return known.get(tensor) ?? (same ? known.get(same)! : null);
      },
    };
  } finally {
    restore();
  }
}

/** A tensor that tells when its numbers are read: what a program does with them in JavaScript is in no graph. */
function guarded(tensor: Tensor, note: (tensor: Tensor, what: string) => void): Tensor {
  Object.defineProperty(tensor, 'data', {
    get: () => {
      note(tensor, 'data');
      return tensor.storage.expose();
    },
  });
  for (const name of ['item', 'toArray'] as const) {
    const value = () => {
      note(tensor, `${name}()`);
      return Tensor.prototype[name].call(tensor);
    };
    Object.defineProperty(tensor, name, { value });
  }
  return tensor;
}

/** Tells the path of the innermost module that runs, until `restore` is called. */
function watchPaths(model: AnyModule): { path: () => string; restore: () => void } {
  const running: string[] = [];
  const uncover = new Map<AnyModule, () => void>();
  for (const [name, module] of model.namedModules()) {
    if (uncover.has(module)) continue;
    const own = Object.getOwnPropertyDescriptor(module, 'forward');
    const { forward } = module;
    module.forward = (...inputs) => {
      running.push(name);
      try {
        return forward.apply(module, inputs);
      } finally {
        running.pop();
      }
    };
    uncover.set(module, () => {
      if (own) Object.defineProperty(module, 'forward', own);
      else delete (module as Partial<AnyModule>).forward;
    });
  }
  return {
    path: () => running.at(-1) ?? '',
    restore: () => {
      for (const end of uncover.values()) end();
    },
  };
}

function namedOutputs(output: unknown, name: string): [string, Tensor][] {
  if (output instanceof Tensor) return [[name, output]];
  if (typeof output !== 'object' || output === null) {
    throw new ArgumentError('exportOnnx', `expected forward to give tensors, got ${show(output)}`);
  }
  return Object.entries(output).flatMap(([key, value]) => namedOutputs(value, name === '' ? key : `${name}.${key}`));
}
