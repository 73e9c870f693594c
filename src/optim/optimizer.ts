import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkOptions, show } from '../errors.js';

/** Parameters with settings of their own; what a group leaves out comes from the optimizer's options. */
export type ParameterGroup<Settings> = Partial<Settings> & { params: readonly Tensor[] };

/** What all optimizers share: their groups of parameters, each with its settings. */
export abstract class Optimizer<Settings extends { lr: number } = { lr: number }> {
  /** Settings may be changed between steps; a schedule sets `lr`. */
  readonly groups: (Settings & { params: readonly Tensor[] })[];

  constructor(params: readonly Tensor[] | readonly ParameterGroup<Settings>[], defaults: Settings) {
    const where = new.target.name;
    if (!Array.isArray(params) || params.length === 0) {
      throw new ArgumentError(where, `expected parameters or groups of them, got ${show(params)}`);
    }
    const groups = params[0] instanceof Tensor ? [{ params: params as readonly Tensor[] }] : params;
    this.groups = (groups as ParameterGroup<Settings>[]).map((group) => {
      checkOptions(where, group, ['params', ...Object.keys(defaults)]);
      return { ...defaults, ...group };
    });
    const seen = new Set<Tensor>();
    for (const parameter of this.groups.flatMap((group) => group.params)) {
      if (!(parameter instanceof Tensor)) {
        throw new ArgumentError(where, `expected a parameter, got ${show(parameter)}`);
      }
      if (parameter.node) {
        throw new ArgumentError(where, `expected a parameter, got the result of '${parameter.node.name}'`);
      }
      if (seen.has(parameter)) throw new ArgumentError(where, 'a parameter stands in two places');
      seen.add(parameter);
    }
  }

  /** Changes every parameter that has a gradient. */
  abstract step(): void;

  /** Forgets all gradients; call it before `backward`, which adds to them. */
  zeroGrad(): void {
    for (const parameter of this.groups.flatMap((group) => group.params)) parameter.grad = null;
  }
}
