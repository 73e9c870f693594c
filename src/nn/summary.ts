import { zeros } from '../autograd/create.js';
import { noGrad } from '../autograd/graph.js';
import type { Tensor } from '../autograd/tensor.js';
import { checkShape, type Shape, showShape } from '../shape.js';
import { checkModel, inEvaluation, lineOf, type Module } from './module.js';

export interface LayerSummary {
  /** The path inside the model, such as 'conv1'. */
  name: string;
  /** The layer with its settings, such as 'Conv2D(1, 8, 5x5)'. */
  layer: string;
  /** The shape of its output for one example, without the batch axis. */
  outputShape: Shape;
  /** How many numbers it learns. */
  parameters: number;
  /** How many multiply-adds it does for one example. */
  multiplyAdds: number;
}

export interface Summary {
  /** The layers in the order in which they run. */
  layers: LayerSummary[];
  /** Of the whole model, each parameter counted once. */
  parameters: number;
  /** Of the whole model, for one example. */
  multiplyAdds: number;
  /** The table as text. */
  toString(): string;
}

/**
 * Output shape, parameters and multiply-adds of each layer, for one example in evaluation mode.
 * @param inputShape one example's shape, without the batch axis, such as [1, 28, 28]
 * @throws ShapeError when the example does not fit the model
 */
export function summary(model: Module, inputShape: Shape): Summary {
  checkModel('summary', model);
  checkShape('summary', inputShape);
  const layers: LayerSummary[] = [];
  const dtype = model.parameters()[0]?.dtype;
  const restore = eachForward(model, (name, layer, output) => {
    const parameters = layer.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
    const multiplyAdds = layer.multiplyAdds(output.shape);
    layers.push({ name, layer: lineOf(layer), outputShape: output.shape.slice(1), parameters, multiplyAdds });
  });
  try {
    inEvaluation(model, () => noGrad(() => model.forward(zeros([1, ...inputShape], { dtype }))));
  } finally {
    restore();
  }
  return {
    layers,
    parameters: model.parameters().reduce((sum, parameter) => sum + parameter.size, 0),
    multiplyAdds: layers.reduce((sum, layer) => sum + layer.multiplyAdds, 0),
    toString() {
      const head = ['name', 'layer', 'output', 'parameters', 'multiply-adds'];
      const costs = (of: LayerSummary | Summary) => [of.parameters, of.multiplyAdds].map((n) => n.toLocaleString('en'));
      const rows = this.layers.map((each) => [each.name, each.layer, showShape(each.outputShape), ...costs(each)]);
      return table([head, ...rows, ['', 'total', '', ...costs(this)]]);
    },
  };
}

/**
 * @internal Calls `observe` after each forward pass of a layer that holds no other, until the function it returns is called.
 * The layers' own `forward` is covered for that time by one on the instance.
 */
export function eachForward(model: Module, observe: (name: string, layer: Module, output: Tensor) => void): () => void {
  const uncover = new Map<Module, () => void>();
  for (const [name, layer] of model.namedModules()) {
    if (uncover.has(layer) || layer.namedChildren().length > 0) continue;
    uncover.set(
      layer,
      watchForward(layer, (output) => observe(name || layer.constructor.name, layer, output)),
    );
  }
  return () => {
    for (const end of uncover.values()) end();
  };
}

/** @internal Calls `observe` after each forward pass of `module`, until the function it returns is called. */
export function watchForward(module: Module, observe: (output: Tensor) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(module, 'forward'); // A class may define it as a field.
  const { forward } = module;
  module.forward = (x) => {
    const output = forward.call(module, x);
    observe(output);
    return output;
  };
  return () => {
    if (own) Object.defineProperty(module, 'forward', own);
    else delete (module as Partial<Module>).forward;
  };
}

function table(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines[lines.length - 1]].join('\n');
}
