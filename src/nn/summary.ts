import { zeros } from '../autograd/create.js';
import { noGrad } from '../autograd/graph.js';
import type { Tensor } from '../autograd/tensor.js';
import { type Shape, showShape } from '../shape.js';
import { inEvaluation, lineOf, type Module } from './module.js';

export interface LayerSummary {
  /** The path inside the model, such as `conv1`. */
  name: string;
  /** The layer with its settings, such as `Conv2D(1, 8, 5x5)`. */
  layer: string;
  /** For one example, without the batch axis. */
  outputShape: Shape;
  parameters: number;
  /** For one example. */
  multiplyAdds: number;
}

export interface Summary {
  layers: LayerSummary[];
  parameters: number;
  multiplyAdds: number;
  /** The table as text. */
  toString(): string;
}

/**
 * What each layer makes of one example in evaluation mode, and what it costs.
 * @param inputShape one example's shape, without the batch axis, such as [1, 28, 28]
 * @throws ShapeError when the example does not fit the model
 */
export function summary(model: Module, inputShape: Shape): Summary {
  const layers: LayerSummary[] = [];
  const dtype = model.parameters()[0]?.dtype;
  const restore = eachForward(model, (name, layer, output) => {
    const parameters = layer.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
    const outputShape = output.shape.slice(1);
    layers.push({
      name,
      layer: lineOf(layer),
      outputShape,
      parameters,
      multiplyAdds: layer.multiplyAdds(output.shape),
    });
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
      const rows = this.layers.map((l) => [
        ...[l.name, l.layer, showShape(l.outputShape)],
        ...[l.parameters, l.multiplyAdds].map((n) => n.toLocaleString('en')),
      ]);
      const total = ['', 'total', '', ...[this.parameters, this.multiplyAdds].map((n) => n.toLocaleString('en'))];
      return table([['name', 'layer', 'output', 'parameters', 'multiply-adds'], ...rows, total]);
    },
  };
}

/**
 * Calls `see` after each forward pass of a layer that holds no other, until the function it returns is called.
 * The layers' own `forward` is covered for that time by one on the instance.
 */
export function eachForward(model: Module, see: (name: string, layer: Module, output: Tensor) => void): () => void {
  const leaves = model.namedModules().filter(([, module]) => module.namedChildren().length === 0);
  const covered = new Map<Module, () => void>();
  for (const [name, layer] of leaves) {
    if (covered.has(layer)) continue;
    const uncover = watchForward(layer, (output) => see(name || layer.constructor.name, layer, output));
    covered.set(layer, uncover);
  }
  return () => {
    for (const uncover of covered.values()) uncover();
  };
}

/** Calls `see` after each forward pass of `module`, until the function it returns is called. */
export function watchForward(module: Module, see: (output: Tensor) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(module, 'forward'); // A class may define it as a field.
  const { forward } = module;
  module.forward = (x) => {
    const output = forward.call(module, x);
    see(output);
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
