import type { FloatArray } from '../autograd/storage.js';
import { littleEndian } from '../io/bytes.js';
import type { Shape } from '../shape.js';
import { Message } from './protobuf.js';

// The messages of an ONNX file: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto

/** A number with a fraction is a FLOAT attribute; `int` and a list are whole numbers. */
export type Attribute = { float: number } | { int: number } | string | readonly number[];
export type Attributes = Readonly<Record<string, Attribute>>;

/** An operator that is applied: `inputs` and `outputs` are names of values, '' for an input that is left out. */
export interface OnnxNode {
  name: string;
  operator: string;
  inputs: readonly string[];
  output: string;
  attributes: Attributes;
}

/** Numbers that the file holds: a typed array of float32, or a list of whole numbers, which take 64 bits. */
export interface Initializer {
  shape: Shape;
  values: FloatArray | readonly number[];
}

/** What goes in or comes out; a size that is a word is the batch's. */
export interface OnnxValue {
  name: string;
  shape: readonly (number | string)[];
}

export interface OnnxGraph {
  nodes: readonly OnnxNode[];
  initializers: ReadonlyMap<string, Initializer>;
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  metadata: Readonly<Record<string, string>>;
}

/** The version of the file's messages that came with opset 17, in ONNX 1.12. */
const IR_VERSION = 8;
const OPSET = 17;
/** TensorProto.DataType */
const FLOAT = 1;
const INT64 = 7;

/** The bytes of an ONNX file. */
export function writeOnnx({ nodes, initializers, inputs, outputs, metadata }: OnnxGraph): Uint8Array {
  const graph = new Message();
  for (const node of nodes) graph.bytes(1, nodeMessage(node));
  graph.bytes(2, 'convgrad');
  for (const [name, initializer] of initializers) graph.bytes(5, tensorMessage(name, initializer));
  for (const value of inputs) graph.bytes(11, valueMessage(value));
  for (const value of outputs) graph.bytes(12, valueMessage(value));
  const model = new Message().int(1, IR_VERSION).bytes(2, 'convgrad').bytes(7, graph);
  model.bytes(8, new Message().bytes(1, '').int(2, OPSET));
  for (const [key, value] of Object.entries(metadata)) model.bytes(14, new Message().bytes(1, key).bytes(2, value));
  return model.finish();
}

function nodeMessage({ name, operator, inputs, output, attributes }: OnnxNode): Message {
  const node = new Message();
  for (const input of inputs) node.bytes(1, input);
  node.bytes(2, output).bytes(3, name).bytes(4, operator);
  for (const [key, value] of Object.entries(attributes)) node.bytes(5, attributeMessage(key, value));
  return node;
}

function attributeMessage(key: string, value: Attribute): Message {
  const attribute = new Message().bytes(1, key);
  if (typeof value === 'string') return attribute.bytes(4, value).int(20, 3);
  if ('float' in value) return attribute.float(2, value.float).int(20, 1);
  if ('int' in value) return attribute.int(3, value.int).int(20, 2);
  for (const each of value) attribute.int(8, each);
  return attribute.int(20, 7);
}

function tensorMessage(name: string, { shape, values }: Initializer): Message {
  const tensor = new Message();
  for (const size of shape) tensor.int(1, size);
  if (!Array.isArray(values)) {
    return tensor
      .int(2, FLOAT)
      .bytes(8, name)
      .bytes(9, littleEndian(values as FloatArray));
  }
  const bytes = new DataView(new ArrayBuffer(8 * values.length));
  values.forEach((value, i) => {
    bytes.setBigInt64(8 * i, BigInt(value), true);
  });
  return tensor.int(2, INT64).bytes(8, name).bytes(9, new Uint8Array(bytes.buffer));
}

function valueMessage({ name, shape }: OnnxValue): Message {
  const sizes = new Message();
  for (const size of shape) {
    sizes.bytes(1, typeof size === 'number' ? new Message().int(1, size) : new Message().bytes(2, size));
  }
  const type = new Message().bytes(1, new Message().int(1, FLOAT).bytes(2, sizes));
  return new Message().bytes(1, name).bytes(2, type);
}
