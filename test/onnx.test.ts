import { expect, test } from 'vitest';
import { traced } from '../src/autograd/trace.js';
import * as convgrad from '../src/index.js';
import {
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  crossEntropy,
  Dense,
  Dropout,
  dropout,
  Flatten,
  Module,
  manualSeed,
  noGrad,
  oneHot,
  operation,
  Parameter,
  ReLU,
  randn,
  Sequential,
  slice,
  type Tensor,
  tensor,
  uniform,
  zeros,
} from '../src/index.js';
import { exportOnnx } from '../src/onnx/index.js';
import { OPERATORS } from '../src/onnx/operators.js';
import { models } from './interop/models.js';

// That a runtime computes the same from the files: test/interop.

type Fields = Map<number, (number | Uint8Array)[]>;

/** The fields of a message of Protocol Buffers, by number. */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields: Fields = new Map();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const kind = tag & 7;
    let value: number | Uint8Array = kind === 0 ? varint() : 0;
    if (kind !== 0) {
      const length = kind === 2 ? varint() : 4;
      value = bytes.subarray(at, at + length);
      at += length;
    }
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  return fields;
}

const messages = (fields: Fields, field: number) =>
  (fields.get(field) ?? []).map((each) => fieldsOf(each as Uint8Array));
const words = (fields: Fields, field: number) =>
  (fields.get(field) ?? []).map((each) => new TextDecoder().decode(each as Uint8Array));

/** What stands in a file. */
function contents(file: Uint8Array) {
  const [graph] = messages(fieldsOf(file), 7);
  const sizes = (value: Fields) => {
    const [shape] = messages(messages(messages(value, 2)[0], 1)[0], 2);
    return messages(shape, 1).map((size) => size.get(1)?.[0] ?? words(size, 2)[0]);
  };
  const values = (field: number) =>
    Object.fromEntries(messages(graph, field).map((each) => [words(each, 1)[0], sizes(each)]));
  return {
    metadata: messages(fieldsOf(file), 14).map((each) => [...words(each, 1), ...words(each, 2)]),
    nodes: messages(graph, 1).map((node) => ({
      name: words(node, 3)[0],
      operator: words(node, 4)[0],
      inputs: words(node, 1),
      output: words(node, 2)[0],
      attributes: messages(node, 5).map((each) => words(each, 1)[0]),
    })),
    initializers: new Map(messages(graph, 5).map((each) => [words(each, 8)[0], each])),
    inputs: values(11),
    outputs: values(12),
  };
}

const network = () =>
  new Sequential({
    conv1: new Conv2D(1, 2, 3),
    norm: new BatchNorm2D(2),
    relu: new ReLU(),
    flatten: new Flatten(),
    dense: new Dense(18, 3),
  });

test('the numbers keep the keys of the state dict, the batch is N, and nodes are named by their layers', () => {
  const model = network();
  model.classNames = ['a', 'b', 'ü'];
  const { initializers, inputs, outputs, nodes, metadata } = contents(exportOnnx(model, { inputShape: [1, 5, 5] }));
  const keys = Object.keys(model.stateDict()).filter((key) => !key.endsWith('num_batches_tracked'));
  expect([...initializers.keys()].filter((key) => !key.startsWith('constant'))).toEqual(keys);
  const weight = initializers.get('conv1.weight')!;
  expect(weight.get(1)).toEqual([2, 1, 3, 3]);
  const bytes = Uint8Array.from(weight.get(9)![0] as Uint8Array);
  expect([...new Float32Array(bytes.buffer)]).toEqual([...model.at('conv1', Conv2D).weight.data]);
  expect(inputs).toEqual({ input: ['N', 1, 5, 5] });
  expect(outputs).toEqual({ output: ['N', 3] });
  expect(nodes.map(({ name }) => name)).toEqual([
    'conv1/Conv',
    'norm/BatchNormalization',
    'relu/Relu',
    'flatten/Reshape',
    'dense/Gemm',
  ]);
  expect(nodes[0].inputs).toEqual(['input', 'conv1.weight', 'conv1.bias']);
  expect(nodes[0].attributes).toEqual(['kernel_shape', 'strides', 'dilations', 'group', 'pads']);
  expect(metadata).toEqual([['classNames', '["a","b","ü"]']]);
});

test('nothing of the model is changed: modes, statistics, forward, the default generator; and the file is the same again', () => {
  const model = network();
  model.at('relu').eval();
  const before = JSON.stringify(Object.values(model.stateDict()).map((each) => each.toArray()));
  manualSeed(1);
  const drawn = uniform([3]).toArray();
  manualSeed(1);
  const file = exportOnnx(model, { inputShape: [1, 5, 5] });
  expect(uniform([3]).toArray()).toEqual(drawn);
  expect(JSON.stringify(Object.values(model.stateDict()).map((each) => each.toArray()))).toBe(before);
  expect(model.namedModules().map(([, module]) => module.training)).toEqual([true, true, true, false, true, true]);
  expect(model.namedModules().filter(([, module]) => Object.hasOwn(module, 'forward'))).toEqual([]);
  expect(Buffer.compare(exportOnnx(model, { inputShape: [1, 5, 5] }), file)).toBe(0);
});

class Program extends Module<Tensor[], unknown> {
  readonly weight = new Parameter(randn([3]));
  constructor(readonly run: (...inputs: Tensor[]) => unknown) {
    super();
  }
  override forward(...inputs: Tensor[]): unknown {
    return this.run(...inputs);
  }
}
const exported = (run: (...inputs: Tensor[]) => unknown, inputShape: readonly number[] | number[][] = [3]) =>
  contents(exportOnnx(new Program(run), { inputShape }));

test('every layer that users can make is among the models that runtimes compute', () => {
  const classes = Object.entries(convgrad).filter(
    ([, value]) => (value as { prototype?: unknown }).prototype instanceof Module,
  );
  expect(classes.length).toBeGreaterThan(25);
  const covered = models.flatMap(({ model }) => model.namedModules().map(([, module]) => module.constructor.name));
  expect(classes.map(([name]) => name).filter((name) => !covered.includes(name))).toEqual([]);
});

test('every operator that is written is among them, too', () => {
  const seen = new Set<string>();
  for (const { model, inputShape } of models) {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as number[][];
    const inputs = shapes.map((shape) => randn([2, ...shape]));
    traced(
      ({ name }) => void seen.add(name),
      () => noGrad(() => model.eval().forward(...inputs)),
    );
  }
  expect(Object.keys(OPERATORS).filter((name) => name !== 'clone' && !seen.has(name))).toEqual([]);
});

test('what cannot be exported is named in one error, each with its layer; what the outputs do not need does not matter', () => {
  class Mine extends Module {
    override forward(x: Tensor): Tensor {
      return operation({
        name: 'mine',
        inputs: [x],
        shape: x.shape,
        forward: (y) => void y.array.set(x.data),
        backward: () => {},
      });
    }
  }
  const layers = new Sequential({
    mine: new Mine(),
    reads: (x: Tensor) => x.mul(x.sum().item()).mul(x.data[0]),
    head: new Sequential((x: Tensor) => dropout(x, 0.5)),
    loss: (x: Tensor) => crossEntropy(x, x.detach(), { reduction: 'none' }),
  });
  expect(() => exportOnnx(layers, { inputShape: [3] })).toThrow(
    /^exportOnnx: these operations cannot be exported: mine \(in mine\), dropout \(in head.0\); and forward reads the numbers of tensors, which no graph can do: with item\(\) \(in reads\), data \(in reads\)$/,
  );
  const unneeded = exported((x) => {
    dropout(x, 0.5);
    return x.mul(2);
  });
  expect(unneeded.nodes.map(({ operator }) => operator)).toEqual(['Mul']);
  expect(() => exported((x) => x.reshape([-1])[Symbol.iterator as never])).toThrow(/expected forward to give tensors/);
});

test('a model that reads numbers out of tensors is refused', () => {
  for (const read of [
    (x: Tensor) => x.mul(x.sum().item()),
    (x: Tensor) => x.mul(x.relu().data[0]),
    (x: Tensor) => (x.toArray() ? x : x),
  ]) {
    expect(() => exported(read)).toThrow(
      /^exportOnnx: forward reads the numbers of tensors, which no graph can do: with (item\(\)|data|toArray\(\))$/,
    );
  }
  // Where the graph does not see it: the constants differ.
  expect(() => exported((x) => x.mul(oneHot(x.argmax({ axis: 1 }), 3)))).toThrow(
    /^exportOnnx: .* (numbers of which there are other ones|differ between)/,
  );
  expect(() => exported((x) => x.mul(randn([3])))).toThrow(/Mul takes numbers that are no part of the state/);
  // A parameter may be read, and so may the numbers of the program.
  expect(exported((x) => x.mul(tensor([1, 2, 3]).data[1])).nodes).toHaveLength(1);
});

test('what depends on the number of examples is refused, unless it is the size of an axis', () => {
  const refused = (run: (x: Tensor) => unknown, message: RegExp) => expect(() => exported(run)).toThrow(message);
  refused((x) => (x.shape[0] > 2 ? x.relu() : x.exp()), /forward does other operations on 3 examples than on 2/);
  refused((x) => x.mul(1 / x.shape[0]), /Mul takes numbers that .* differ between 2 and 3 examples/);
  refused(
    (x) => x.reshape([1, 3 * x.shape[0]]).matmul(zeros([3 * x.shape[0], 1])),
    /other ones for 3 examples than for 2/,
  );
  refused((x) => slice(x, 0, 0, x.shape[0] - 1), /Slice takes numbers that .* differ/);
  const { outputs } = exported((x) => ({ flat: x.reshape([-1]), one: x.sum() }));
  expect(outputs).toEqual({ flat: ['3 N'], one: [] });
});

test('several inputs and outputs have names, which may be chosen', () => {
  const run = (a: Tensor, b: Tensor) => [a.add(b), [a]];
  const shapes = [[3], [3]];
  const { inputs, outputs } = exported(run, shapes);
  expect(Object.keys(inputs)).toEqual(['input0', 'input1']);
  expect(Object.keys(outputs)).toEqual(['output0', 'output1.0']);
  const chosen = { inputShape: shapes, inputNames: ['left', 'right'], outputNames: ['sum', 'same'] };
  const named = contents(exportOnnx(new Program(run), chosen));
  expect([Object.keys(named.inputs), Object.keys(named.outputs)]).toEqual([chosen.inputNames, chosen.outputNames]);
  expect(named.nodes.map(({ inputs, output }) => [...inputs, output])).toEqual([
    ['left', 'right', 'sum'],
    ['left', 'same'],
  ]);
  const refused = (options: object, message: RegExp) =>
    expect(() => exportOnnx(new Program(run), { inputShape: shapes, ...options })).toThrow(message);
  refused({ inputNames: ['left'] }, /expected 2 different inputNames, got \['left'\]/);
  refused({ outputNames: ['x', 'x'] }, /expected 2 different outputNames/);
  refused({ outputNames: ['input0', 'x'] }, /the name 'input0' is that of something else/);
  refused({ names: [] }, /unknown option 'names'/);
});

test('other arguments are refused', () => {
  const model = new Dense(3, 2);
  expect(() => exportOnnx(model, {} as never)).toThrow(/expected a shape like/);
  expect(() => exportOnnx(null as never, { inputShape: [3] })).toThrow(/expected a model/);
  expect(() => exportOnnx(model.to('float64'), { inputShape: [3] })).toThrow(
    /expected a float32 model, got float64 as weight/,
  );
  expect(() => exportOnnx(new Dense(3, 2), { inputShape: [4] })).toThrow(/expected 3 input features/);
});

test('after an error nothing is traced, and the model is as before', () => {
  const model = new Sequential(new Dropout(0.5), (x: Tensor) => x.mul(x.sum().item()));
  expect(() => exportOnnx(model, { inputShape: [3] })).toThrow(ArgumentError);
  expect(model.training).toBe(true);
  expect(noGrad(() => model.eval().forward(tensor([1, 2]))).toArray()).toEqual([3, 6]);
});

test('tied numbers stand in the file once, under the first key; a view of them is made of them', () => {
  class Tied extends Module {
    readonly encoder = new Dense(3, 3, { bias: false });
    readonly decoder = new Dense(3, 3);
    constructor() {
      super();
      Object.assign(this.decoder, { weight: this.encoder.weight });
    }
    override forward(x: Tensor): Tensor {
      const { bias, weight } = this.decoder;
      return this.decoder
        .forward(this.encoder.forward(x))
        .add(bias!.reshape([3]).detach())
        .matmul(weight.reshape([3, 3]));
    }
  }
  const { initializers, nodes } = contents(exportOnnx(new Tied(), { inputShape: [3] }));
  expect([...initializers.keys()].filter((key) => !key.startsWith('constant'))).toEqual([
    'encoder.weight',
    'decoder.bias',
  ]);
  expect(nodes.map(({ operator }) => operator)).toEqual(['Gemm', 'Gemm', 'Add', 'Reshape', 'MatMul']);
});
