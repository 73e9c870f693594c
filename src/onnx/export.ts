import { Tensor } from '../autograd/tensor.js';
import { ArgumentError, readOptions, show, withPlace } from '../errors.js';
import { type AnyModule, checkModel } from '../nn/module.js';
import { checkShape, type Shape, sameShape, sizeOf } from '../shape.js';
import { type Initializer, type OnnxNode, type OnnxValue, writeOnnx } from './file.js';
import { OPERATORS, type Operand } from './operators.js';
import { type Trace, traceOf } from './trace.js';

/** What `exportOnnx` needs to know besides the model. */
export interface OnnxOptions {
  /** One example's shape, without the batch axis, such as [1, 28, 28]; a list of shapes for a model of several inputs. */
  inputShape: Shape | readonly Shape[];
  /** What the inputs are called in the file. @default ['input'], of several ['input0', 'input1'] and so on */
  inputNames?: readonly string[];
  /**
   * What the outputs are called in the file. @default ['output'], of a list ['output0', 'output1'] and so on, of an object its
   * keys
   */
  outputNames?: readonly string[];
}

const WHERE = 'exportOnnx';
/** The batch's size in the file. */
const BATCH = 'N';

/**
 * The bytes of an ONNX file that computes what the model computes in evaluation mode: opset 17, float32, any number of examples.
 * `forward` runs twice, on 2 and on 3 random examples, and the operations that ran are written down; what it does in plain
 * JavaScript is not, and where that depends on the examples, the model is refused. The numbers of the state dict keep their keys.
 * An operation of one's own under the name of one of ours is taken for that one.
 * @param options `inputShape`: one example's shape, such as [1, 28, 28], or a list of them for several inputs
 * @returns the file, which `saveFile` of `convgrad/node` writes
 * @throws ArgumentError for a model that is not float32, that reads numbers out of tensors, or whose operations change with the
 * number of examples; and one that names every operation which cannot be exported, such as dropout by hand or a loss
 * Source: https://onnx.ai/onnx/operators
 */
export function exportOnnx(model: AnyModule, options: OnnxOptions): Uint8Array {
  checkModel(WHERE, model);
  const given = readOptions(WHERE, options, { inputShape: undefined, inputNames: undefined, outputNames: undefined });
  const { inputShape } = given;
  const shapes = (Array.isArray(inputShape?.[0]) ? inputShape : [inputShape]) as Shape[];
  for (const shape of shapes) checkShape(WHERE, shape);
  const state = model.stateDict();
  const wide = Object.entries(state).find(([, { dtype }]) => dtype !== 'float32');
  if (wide)
    throw new ArgumentError(WHERE, `expected a float32 model, got ${wide[1].dtype} as ${wide[0]}: use to('float32')`);

  const traces = [2, 3].map((examples) => traceOf(model, shapes, examples));
  const kept = needed(traces[0]);
  checkExportable(traces[0], kept);
  checkSame(traces, kept);
  const [first, second] = traces.map((trace, i) => new Writing(trace, traces[1 - i], state).steps(kept));
  checkEqual(first, second);

  const inputNames = namesOf(
    'inputNames',
    given.inputNames,
    indexed(
      'input',
      shapes.map((_, i) => `${i}`),
    ),
  );
  const keys = traces[0].outputs.map(([name]) => name);
  const outputNames = namesOf('outputNames', given.outputNames, indexed('output', keys));
  const inputs = shapes.map((shape, i): OnnxValue => ({ name: inputNames[i], shape: [BATCH, ...shape] }));
  const outputs = traces[0].outputs.map(([, value], i) => ({ name: outputNames[i], shape: first.sizesOf(value) }));
  const nodes = first.named(inputNames, outputNames);
  const { classNames } = model;
  const metadata: Record<string, string> = classNames ? { classNames: JSON.stringify(classNames) } : {};
  return writeOnnx({ nodes, initializers: first.initializers, inputs, outputs, metadata });
}

/** The steps that the outputs need. */
function needed({ steps, outputs, identify }: Trace): ReadonlySet<number> {
  const found = new Set<number>();
  const queue = outputs.map(([, value]) => value);
  while (queue.length > 0) {
    const [kind, number] = (identify(queue.pop()!) ?? '').split(' ');
    const at = Number(number);
    if (kind !== 'step' || found.has(at)) continue;
    found.add(at);
    queue.push(...operandsOf(steps[at].step));
  }
  return found;
}

/** The tensors that an operation takes: its inputs, and an index among its attributes. */
function operandsOf({ inputs, attributes }: Trace['steps'][number]['step']): Tensor[] {
  const { index } = (attributes ?? {}) as { index?: unknown };
  return index instanceof Tensor ? [...inputs, index] : [...inputs];
}

/** Throws unless both passes did the same operations on the same tensors. */
function checkSame([a, b]: readonly Trace[], kept: ReadonlySet<number>): void {
  const same =
    a.steps.length === b.steps.length &&
    sameList(
      a.outputs,
      b.outputs,
      ([key, value], [other, each]) => key === other && a.identify(value) === b.identify(each),
    ) &&
    [...kept].every((i) => {
      const [left, right] = [a.steps[i].step, b.steps[i].step];
      const wired = (x: Tensor, y: Tensor) => a.identify(x) === b.identify(y);
      return left.name === right.name && sameList(operandsOf(left), operandsOf(right), wired);
    });
  if (same) return;
  const detail =
    'forward does other operations on 3 examples than on 2: what depends on the examples cannot be exported';
  throw new ArgumentError(WHERE, detail);
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
  return a.length === b.length && a.every((x, i) => same(x, b[i]));
}

/** Throws one error that names all that cannot be exported. */
function checkExportable({ steps, reads }: Trace, kept: ReadonlySet<number>): void {
  const isUnknown = (i: number) => i < steps.length && !Object.hasOwn(OPERATORS, steps[i].step.name);
  const place = (path: string) => (path === '' ? '' : ` (in ${path})`);
  const unknown = steps.filter((_, i) => kept.has(i) && isUnknown(i));
  const operations = new Set(unknown.map(({ step, path }) => step.name + place(path)));
  // An operation of one's own reads its inputs, which is its business: it is named itself.
  const read = reads.filter(({ tensor, step }) => !(isUnknown(step) && steps[step].step.inputs.includes(tensor)));
  const ways = new Set(read.map(({ what, path }) => what + place(path)));
  const found = [
    ...(operations.size > 0 ? [`these operations cannot be exported: ${[...operations].join(', ')}`] : []),
    ...(ways.size > 0
      ? [`forward reads the numbers of tensors, which no graph can do: with ${[...ways].join(', ')}`]
      : []),
  ];
  if (found.length > 0) throw new ArgumentError(WHERE, found.join('; and '));
}

/** Throws unless both passes led to the same file. */
function checkEqual(a: Writing, b: Writing): void {
  const nodes = a.nodes.findIndex((node, i) => JSON.stringify(node) !== JSON.stringify(b.nodes[i]));
  if (nodes >= 0 || a.nodes.length !== b.nodes.length) {
    throw new ArgumentError(WHERE, `what ${a.nodes[nodes]?.name} does depends on the number of examples`);
  }
  for (const [name, { shape, values }] of a.initializers) {
    const other = b.initializers.get(name);
    if (other && sameShape(shape, other.shape) && sameNumbers(values, other.values)) continue;
    const user = a.nodes.find(({ inputs }) => inputs.includes(name));
    const detail = `${user?.name ?? 'forward'} takes numbers that are no part of the state and differ between 2 and 3 examples`;
    throw new ArgumentError(WHERE, detail);
  }
}

/** NaN is the same as NaN here. */
function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a === b) return true; // The state's.
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return a.length === b.length;
}

/** 'output' alone, 'output0' and 'output1' for a list, and the keys of an object as they are. */
function indexed(word: string, keys: readonly string[]): string[] {
  if (keys.length === 1 && (keys[0] === '' || word === 'input')) return [word];
  return keys.map((key) => (/^\d/.test(key) ? `${word}${key}` : key));
}

function namesOf(option: string, given: readonly string[] | undefined, usual: string[]): readonly string[] {
  const names = given ?? usual;
  const right = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '');
  if (right && names.length === usual.length && new Set(names).size === names.length) return names;
  throw new ArgumentError(WHERE, `expected ${usual.length} different ${option}, got ${show(names)}`);
}

/** The nodes and the numbers of a file, made from one pass; `other` tells which sizes depend on the number of examples. */
class Writing {
  nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, Initializer>();
  /** Values by what they are: 'step 3'. */
  readonly #values = new Map<string, string>();
  readonly #constants = new Map<Tensor, Operand>();
  readonly #names = new Set<string>();
  /** Tensors of the other pass, each where this one has its own. */
  readonly #twins = new Map<Tensor, Tensor>();

  constructor(
    readonly trace: Trace,
    other: Trace,
    readonly state: Readonly<Record<string, Tensor>>,
  ) {
    for (const key of Object.keys(state)) this.#names.add(key);
    trace.inputs.forEach((input, i) => {
      this.#twins.set(input, other.inputs[i]);
    });
    trace.steps.forEach(({ step, result }, i) => {
      const twin = other.steps[i];
      if (!twin) return;
      this.#twins.set(result, twin.result);
      operandsOf(step).forEach((operand, k) => {
        const counterpart = operandsOf(twin.step)[k];
        if (counterpart && !this.#twins.has(operand)) this.#twins.set(operand, counterpart);
      });
    });
    trace.outputs.forEach(([, value], i) => {
      if (!this.#twins.has(value)) this.#twins.set(value, other.outputs[i][1]);
    });
  }

  /** Writes the operators of these steps. */
  steps(kept: ReadonlySet<number>): this {
    this.trace.steps.forEach(({ step, result, path }, i) => {
      if (!kept.has(i)) return;
      const { name, inputs, attributes = {} } = step;
      const value = withPlace(WHERE, () =>
        OPERATORS[name]({
          name,
          inputs: inputs.map((input) => this.#operand(input)),
          result: { shape: result.shape, varies: this.#varies(result) },
          attributes,
          operand: (tensor) => this.#operand(tensor),
          add: (operator, values, settings = {}) => this.#add(path, operator, values, settings),
          constant: (values, shape = [values.length]) => this.#constant('constant', { values, shape }),
        }),
      );
      this.#values.set(`step ${i}`, value);
    });
    for (const [, value] of this.trace.outputs) this.#operand(value);
    return this;
  }

  /** The sizes of a value as the file tells them. */
  sizesOf(tensor: Tensor): (number | string)[] {
    const varies = this.#varies(tensor);
    const [examples] = this.trace.inputs[0].shape;
    return tensor.shape.map((size, i) => {
      if (!varies[i]) return size;
      return size === examples ? BATCH : `${size / examples} ${BATCH}`;
    });
  }

  /** The nodes, with inputs and outputs under their names. */
  named(inputNames: readonly string[], outputNames: readonly string[]): OnnxNode[] {
    const names = new Map(inputNames.map((name, i) => [`input ${i}`, name]));
    const copies: OnnxNode[] = [];
    this.trace.outputs.forEach(([, value], i) => {
      const { name } = this.#operand(value);
      const output = outputNames[i];
      const isResult = this.nodes.some((node) => node.output === name);
      if (isResult && !names.has(name)) names.set(name, output);
      else copies.push({ name: `${output}/Identity`, operator: 'Identity', inputs: [name], output, attributes: {} });
    });
    const rename = (name: string) => names.get(name) ?? name;
    const isTaken = (name: string) => this.initializers.has(name) || this.#isInner(name, names);
    const taken =
      [...inputNames, ...outputNames].find(isTaken) ?? outputNames.find((name) => inputNames.includes(name));
    if (taken !== undefined)
      throw new ArgumentError(WHERE, `the name ${show(taken)} is that of something else in the model`);
    return [...this.nodes, ...copies].map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      output: rename(node.output),
    }));
  }

  #isInner(name: string, renamed: ReadonlyMap<string, string>): boolean {
    return this.nodes.some(({ output }) => output === name && !renamed.has(output));
  }

  #varies(tensor: Tensor): boolean[] {
    const twin = this.#twins.get(tensor);
    return tensor.shape.map((size, i) => twin !== undefined && twin.shape[i] !== size);
  }

  #operand(tensor: Tensor): Operand {
    const id = this.trace.identify(tensor);
    if (id === null) return this.#constantOperand(tensor);
    const { shape } = tensor;
    const key = id.slice('state '.length);
    const isState = id.startsWith('state ');
    if (isState) this.initializers.set(key, { shape: this.state[key].shape, values: this.state[key].storage.array });
    return { name: isState ? key : (this.#values.get(id) ?? id), shape, varies: this.#varies(tensor) };
  }

  /** Numbers of the program. Where their count depends on the examples, one row is repeated. */
  #constantOperand(tensor: Tensor): Operand {
    const known = this.#constants.get(tensor);
    if (known) return known;
    const { shape } = tensor;
    const varies = this.#varies(tensor);
    const axis = varies.indexOf(true);
    const values = tensor.storage.array;
    const operand = { name: '', shape, varies };
    if (axis < 0) operand.name = this.#constant('constant', { shape, values });
    else {
      const [inner, length] = [sizeOf(shape.slice(axis + 1)), shape[axis]];
      const one = shape.map((size, i) => (i === axis ? 1 : size));
      const row = values.filter((_, i) => Math.floor(i / inner) % length === 0);
      const same = values.every((value, i) => {
        const [outer, at] = [Math.floor(i / (inner * length)), i % inner];
        return Object.is(value, row[outer * inner + at]);
      });
      if (!same || length !== this.trace.inputs[0].shape[0] || varies.filter(Boolean).length > 1) {
        const detail = 'forward makes numbers of which there are other ones for 3 examples than for 2';
        throw new ArgumentError(WHERE, detail);
      }
      const count = this.#add('', 'Shape', ['input 0'], { start: { int: 0 }, end: { int: 1 } });
      const sizes = one.map((size, i) =>
        i === axis ? count : this.#constant('constant', { shape: [1], values: [size] }),
      );
      const full = this.#add('', 'Concat', sizes, { axis: { int: 0 } });
      operand.name = this.#add('', 'Expand', [this.#constant('constant', { shape: one, values: row }), full], {});
    }
    this.#constants.set(tensor, operand);
    return operand;
  }

  #add(path: string, operator: string, inputs: readonly string[], attributes: OnnxNode['attributes']): string {
    const name = this.#unique(path === '' ? operator : `${path}/${operator}`);
    this.nodes.push({ name, operator, inputs, output: name, attributes });
    return name;
  }

  #constant(word: string, initializer: Initializer): string {
    const name = this.#unique(word);
    this.initializers.set(name, initializer);
    return name;
  }

  #unique(name: string): string {
    let unique = name;
    for (let i = 1; this.#names.has(unique); i++) unique = `${name}_${i}`;
    this.#names.add(unique);
    return unique;
  }
}
