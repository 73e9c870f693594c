import { zeros } from '../autograd/create.js';
import { noGrad } from '../autograd/graph.js';
import { Tensor } from '../autograd/tensor.js';
import { checkShape, type Shape, showShape } from '../shape.js';
import { inEvaluation } from './modes.js';
import { type AnyModule, checkModel, lineOf } from './module.js';

/** A row of a `summary`: one layer. */
export interface LayerSummary {
  /** The path inside the model, such as 'conv1'. */
  name: string;
  /** The layer with its settings, such as 'Conv2D(1, 8, 5x5)'. */
  layer: string;
  /** The shape of its output for one example, without the batch axis; the first, where it gives several. */
  outputShape: Shape;
  /** The shapes of all its outputs. */
  outputShapes: Shape[];
  /** How many numbers it learns. */
  parameters: number;
  /** How many multiply-adds it does for one example. */
  multiplyAdds: number;
}

/** What `summary` gives: a row for each layer, and the numbers of parameters. */
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
 * @param inputShape one example's shape, without the batch axis, such as [1, 28, 28]; a list of shapes for several inputs
 * @throws ShapeError when the example does not fit the model
 */
export function summary(model: AnyModule, inputShape: Shape | readonly Shape[]): Summary {
  checkModel('summary', model);
  const shapes = (Array.isArray(inputShape?.[0]) ? inputShape : [inputShape]) as Shape[];
  for (const shape of shapes) checkShape('summary', shape);
  const layers: LayerSummary[] = [];
  const dtype = model.parameters()[0]?.dtype;
  const restore = eachForward(model, (name, layer, outputs) => {
    const parameters = layer.parameters().reduce((sum, parameter) => sum + parameter.size, 0);
    const multiplyAdds = outputs.length > 0 ? layer.multiplyAdds(outputs[0].shape) : 0;
    const outputShapes = outputs.map(({ shape }) => shape.slice(1));
    const outputShape = outputShapes[0] ?? [];
    layers.push({ name, layer: lineOf(layer), outputShape, outputShapes, parameters, multiplyAdds });
  });
  try {
    inEvaluation(model, () => noGrad(() => model.forward(...shapes.map((shape) => zeros([1, ...shape], { dtype })))));
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
      const rows = this.layers.map((each) => [
        each.name,
        each.layer,
        each.outputShapes.map(showShape).join(', '),
        ...costs(each),
      ]);
      return table([head, ...rows, ['', 'total', '', ...costs(this)]]);
    },
  };
}

/**
 * @internal Calls `observe` after each forward pass of a layer that holds no other, until the function it returns is called.
 * The layers' own `forward` is covered for that time by one on the instance.
 */
export function eachForward(
  model: AnyModule,
  observe: (name: string, layer: AnyModule, outputs: Tensor[]) => void,
): () => void {
  const uncover = new Map<AnyModule, () => void>();
  for (const [name, layer] of model.namedModules()) {
    if (uncover.has(layer) || layer.namedChildren().length > 0) continue;
    uncover.set(
      layer,
      watchForward(layer, (outputs) => observe(name || layer.constructor.name, layer, outputs)),
    );
  }
  return () => {
    for (const end of uncover.values()) end();
  };
}

/** @internal Calls `observe` with what each forward pass of `module` gives, until the function it returns is called. */
export function watchForward(module: AnyModule, observe: (outputs: Tensor[]) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(module, 'forward'); // A class may define it as a field.
  const { forward } = module;
  module.forward = (...inputs) => {
    const output = forward.apply(module, inputs);
    observe(tensorsIn(output));
    return output;
  };
  return () => {
    if (own) Object.defineProperty(module, 'forward', own);
    else delete (module as Partial<AnyModule>).forward;
  };
}

/** The tensors of an output: itself, or those in a list or an object. */
function tensorsIn(output: unknown): Tensor[] {
  if (output instanceof Tensor) return [output];
  return typeof output === 'object' && output !== null ? Object.values(output).flatMap(tensorsIn) : [];
}

function table(rows: string[][]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1, -1), rule, lines[lines.length - 1]].join('\n');
}
