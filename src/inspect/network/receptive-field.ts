import { zeros } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { ArgumentError, show, withPlace } from '../../errors.js';
import { ELU, Flatten, GELU, LeakyReLU, PReLU, ReLU, Sigmoid, SiLU, Tanh } from '../../nn/activations.js';
import { BatchNorm2D } from '../../nn/batchnorm.js';
import { Conv2D } from '../../nn/conv2d.js';
import { Dense } from '../../nn/dense.js';
import { Dropout, Dropout2D } from '../../nn/dropout.js';
import { inEvaluation } from '../../nn/modes.js';
import { lineOf, type Module } from '../../nn/module.js';
import { AvgPool2D, GlobalAvgPool2D, MaxPool2D } from '../../nn/pooling.js';
import { Identity } from '../../nn/reshape.js';
import { Sequential } from '../../nn/sequential.js';
import type { ConvolutionOptions } from '../../ops/conv2d.js';
import { pair, type Shape } from '../../shape.js';
import { checkImageShape, layerAt } from './layer.js';

/** The part of the input that a unit of a layer depends on; [height, width] each, in pixels. */
export interface ReceptiveField {
  /** The size of one unit's field, padding included. */
  size: readonly [number, number];
  /** From the field of one unit to that of its neighbor; 0 in a layer without rows and columns. */
  stride: readonly [number, number];
  /** Row and column of the input at which the field of unit (0, 0) starts; negative in the padding. */
  start: readonly [number, number];
}

/** A part of an image, in pixels. */
export interface Patch {
  top: number;
  left: number;
  height: number;
  width: number;
}

const WHERE = 'receptiveField';

/**
 * The receptive field of a layer's units, computed from the kernels, strides, paddings and dilations up to it. A window of
 * k taps, dilation d, stride s and padding p turns a field of size r, stride j and start a into one of
 * r + (k - 1) d j, j s and a - p j (Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural
 * networks", equations 2 to 4). From Flatten, Dense or GlobalAvgPool2D on, it is the whole image.
 * @param layer a path of `model.namedModules()`
 * @param inputShape of one image, [C, H, W]
 * @throws ArgumentError where it is not known: for a model that is no Sequential, or one with layers of other classes
 * than convgrad's up to this one; ShapeError when the image does not fit
 */
export function receptiveField(model: Module, layer: string, inputShape: Shape): ReceptiveField {
  layerAt(WHERE, model, layer);
  checkImageShape(WHERE, inputShape);
  const [, height, width] = inputShape;
  let x = zeros([1, ...inputShape], { dtype: model.parameters()[0]?.dtype });
  let field: ReceptiveField = { size: [1, 1], stride: [1, 1], start: [0, 0] };

  /** Runs `module` and updates `field`; returns whether `layer` has been reached. */
  const reached = (module: Module, path: string): boolean => {
    if (isPlain(module, Sequential)) {
      if (module.namedChildren().some(([name, child]) => reached(child, path ? `${path}.${name}` : name))) return true;
    } else {
      if (isPlain(module, Flatten) || isPlain(module, Dense) || isPlain(module, GlobalAvgPool2D)) {
        field = { size: [height, width], stride: [0, 0], start: [0, 0] };
      } else if (!POINTWISE.some((Kind) => isPlain(module, Kind))) field = throughWindow(field, module, path);
      // Only for its shape, and for the error when the image does not fit.
      const input = x;
      x = withPlace(`${WHERE}, ${path} (${module.constructor.name})`, () => module.forward(input));
    }
    return path === layer;
  };
  inEvaluation(model, () => noGrad(() => reached(model, '')));
  return field;
}

/** Layers whose units depend on one unit each; in evaluation mode, batch norm and dropout too. */
const POINTWISE = [
  ...[ReLU, LeakyReLU, GELU, SiLU, ELU, PReLU, Sigmoid, Tanh],
  ...[Identity, BatchNorm2D, Dropout, Dropout2D],
];

/**
 * The receptive field of one unit, cut at the border of the image.
 * @param row and `column` of the unit in the layer's output, from 0
 * @param image the image's shape, [C, H, W]
 */
export function patchOf({ size, stride, start }: ReceptiveField, row: number, column: number, image: Shape): Patch {
  const [top, bottom] = within(start[0] + row * stride[0], size[0], image[1]);
  const [left, right] = within(start[1] + column * stride[1], size[1], image[2]);
  return { top, left, height: bottom - top, width: right - left };
}

function within(first: number, length: number, most: number): [number, number] {
  const cut = (at: number) => Math.min(Math.max(at, 0), most);
  return [cut(first), cut(first + length)];
}

/** The receptive field after a convolution or pooling. */
function throughWindow({ size, stride, start }: ReceptiveField, module: Module, path: string): ReceptiveField {
  if (!isPlain(module, Conv2D) && !isPlain(module, MaxPool2D) && !isPlain(module, AvgPool2D)) {
    const got = `got ${lineOf(module)} at ${show(path)}, whose receptive field is not known`;
    throw new ArgumentError(WHERE, `expected layers of convgrad's classes in a Sequential, ${got}`);
  }
  const { kernelSize } = module;
  const { stride: step = kernelSize, padding = 0, dilation = 1 }: ConvolutionOptions = module.options;
  const steps = pair(WHERE, 'stride', step, 1);
  const dilations = pair(WHERE, 'dilation', dilation, 1);
  const reach = kernelSize.map((taps, i) => dilations[i] * (taps - 1));
  const same = reach.map((n) => n >> 1);
  const before = padding === 'same' ? same : padding === 'valid' ? [0, 0] : pair(WHERE, 'padding', padding, 0);
  return {
    size: [size[0] + reach[0] * stride[0], size[1] + reach[1] * stride[1]],
    stride: [stride[0] * steps[0], stride[1] * steps[1]],
    start: [start[0] - before[0] * stride[0], start[1] - before[1] * stride[1]],
  };
}

/** Whether it is a layer of this class, with the class's own `forward`: a subclass may have another. */
function isPlain<M extends Module>(module: Module, Kind: abstract new (...args: never[]) => M): module is M {
  return module instanceof Kind && Object.getPrototypeOf(module).forward === Kind.prototype.forward;
}
