import { zeros } from '../autograd/backend.js';
import { wrap } from '../autograd/create.js';
import type { Storage } from '../autograd/storage.js';
import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import { checkState, type OptimizerState } from './optimizer-state.js';

/** Parameters with settings of their own; what a group leaves out comes from the optimizer's options. */
export type ParameterGroup<Settings> = Partial<Settings> & { params: readonly Tensor[] };

/** @internal Throws unless these settings are numbers of at least 0. */
export function checkNotNegative(where: string, settings: Record<string, number>): void {
  for (const name of Object.keys(settings)) checkNumber(where, name, settings[name], { least: 0 });
}

/** A parameter and what its optimizer remembers of it. */
export class ParameterState {
  /** How often it was changed, this step included. */
  steps = 0;
  /** @internal */
  readonly memories = new Map<string, Storage>();

  constructor(readonly parameter: Tensor) {}

  /** A running figure of each of its numbers, `array`; zeros at first. */
  memory(name: string): Storage {
    const { dtype, size } = this.parameter;
    let storage = this.memories.get(name);
    if (!storage) {
      storage = zeros(dtype, size);
      storage.resident = true;
      this.memories.set(name, storage);
    }
    return storage;
  }
}

/**
 * What all optimizers share: their groups of parameters, each with its settings, and what they remember of them. One of
 * your own says how it changes a parameter:
 *
 *     class SignSGD extends Optimizer {
 *       constructor(params: Tensor[], options: { lr: number }) {
 *         super(params, { lr: 0.01 }, options);
 *       }
 *       protected override change({ parameter }: ParameterState, { lr }: { lr: number }) {
 *         const gradient = parameter.grad!.data;
 *         for (let i = 0; i < gradient.length; i++) parameter.data[i] -= lr * Math.sign(gradient[i]);
 *       }
 *     }
 */
export abstract class Optimizer<Settings extends { lr: number } = { lr: number }> {
  /** Settings may be changed between steps; a schedule sets `lr`. */
  readonly groups: (Settings & { params: readonly Tensor[] })[];
  /** @internal The groups' learning rates when the first schedule was made, which is what all schedules begin with. */
  initialRates: number[] | null = null;
  readonly #states = new Map<Tensor, ParameterState>();

  constructor(
    params: readonly Tensor[] | readonly ParameterGroup<Settings>[],
    defaults: Settings,
    options: Partial<Settings>,
  ) {
    const where = new.target.name;
    checkOptions(where, options, Object.keys(defaults));
    if (!Array.isArray(params) || params.length === 0) {
      const found =
        'A model has those Parameters and Modules that stand in its fields, or in lists there; not in # fields';
      throw new ArgumentError(where, `expected parameters or groups of them, got ${show(params)}. ${found}`);
    }
    const groups = params[0] instanceof Tensor ? [{ params: params as readonly Tensor[] }] : params;
    this.groups = (groups as ParameterGroup<Settings>[]).map((group) => {
      checkOptions(where, group, ['params', ...Object.keys(defaults)]);
      const settings = { ...defaults, ...options, ...group };
      this.check(settings);
      return settings;
    });
    for (const parameter of this.groups.flatMap((group) => group.params)) {
      if (!(parameter instanceof Tensor)) {
        throw new ArgumentError(where, `expected a parameter, got ${show(parameter)}`);
      }
      if (parameter.node) {
        throw new ArgumentError(where, `expected a parameter, got the result of '${parameter.node.name}'`);
      }
      if (this.#states.has(parameter)) throw new ArgumentError(where, 'a parameter stands in two places');
      this.#states.set(parameter, new ParameterState(parameter));
    }
  }

  /** Changes every parameter that has a gradient. */
  step(): void {
    for (const group of this.groups) {
      for (const parameter of group.params) {
        if (!parameter.gradient) continue;
        const state = this.#state(parameter);
        const [memory] = state.memories.values();
        if (memory && memory.dtype !== parameter.dtype) {
          const where = this.constructor.name;
          throw new ArgumentError(
            where,
            `the parameters became ${parameter.dtype} since the last step; make a new ${where}`,
          );
        }
        state.steps++;
        this.change(state, group);
        parameter.storage.version++;
      }
    }
  }

  /** One step of one parameter, which has a gradient, with the settings of its group. */
  protected abstract change(state: ParameterState, settings: Settings): void;

  /** Throws where a group's settings are out of range: those that are given, and those of a state that is loaded. */
  protected check(_settings: Settings): void {}

  /** Forgets all gradients; call it before `backward`, which adds to them. */
  zeroGrad(): void {
    for (const parameter of this.#states.keys()) parameter.grad = null;
  }

  /** Where the optimizer stands, copied; `loadStateDict` of it, later or elsewhere, goes on with the same bits. */
  stateDict(): OptimizerState {
    const states = [...this.#states.values()];
    const places = new Map(states.map(({ parameter }, i) => [parameter, i]));
    return {
      kind: this.constructor.name,
      groups: this.groups.map((group) => ({ ...group, params: group.params.map((each) => places.get(each)!) })),
      steps: states.map(({ steps }) => steps),
      memories: states.map(({ memories, parameter: { shape } }) =>
        Object.fromEntries([...memories].map(([name, { array }]) => [name, wrap(array.slice(), shape)])),
      ),
    };
  }

  /**
   * Takes over a state, the settings of the groups included. Nothing is changed unless everything fits.
   * @throws ArgumentError for the state of another kind of optimizer or of other groups; ShapeError where what is
   * remembered of a parameter has not its shape
   */
  loadStateDict(state: OptimizerState): void {
    const states = [...this.#states.values()];
    const parameters = states.map(({ parameter }) => parameter);
    checkState(this.constructor.name, state, this.groups, parameters);
    for (const group of state.groups) this.check(group as unknown as Settings);
    this.groups.forEach((group, i) => {
      const known = Object.keys(group).map((key) => [key, state.groups[i][key]]);
      Object.assign(group, Object.fromEntries(known), { params: group.params });
    });
    states.forEach((own, i) => {
      own.steps = state.steps[i];
      own.memories.clear();
      for (const [name, { storage }] of Object.entries(state.memories[i])) own.memory(name).array.set(storage.array);
    });
  }

  /** Also of a parameter that was put into a group later. */
  #state(parameter: Tensor): ParameterState {
    const state = this.#states.get(parameter) ?? new ParameterState(parameter);
    this.#states.set(parameter, state);
    return state;
  }
}
