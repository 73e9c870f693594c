import { zeros } from '../../autograd/create.js';
import { noGrad } from '../../autograd/graph.js';
import { ArgumentError, ShapeError, show, withPlace } from '../../errors.js';
import { Flatten, GELU, LeakyReLU, ReLU, Sigmoid, Tanh } from '../../nn/activations.js';
import { BatchNorm2D } from '../../nn/batchnorm.js';
import { Conv2D } from '../../nn/conv2d.js';
import { Dense } from '../../nn/dense.js';
import { Dropout, Dropout2D } from '../../nn/dropout.js';
import { inEvaluation, lineOf, type Module } from '../../nn/module.js';
import { AvgPool2D, GlobalAvgPool2D, MaxPool2D } from '../../nn/pooling.js';
import { Sequential } from '../../nn/sequential.js';
import { pair, type Shape } from '../../shape.js';
import { layerAt } from './layer.js';

/** The part of the input that a unit of a layer can see; [height, width] each, in pixels. */
export interface ReceptiveField {
  /** How much one unit sees, padding included. */
  size: readonly [number, number];
  /** How far the fields of neighboring units lie apart; 0 in a layer that has one place only. */
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

/**
 * The receptive field of a layer's units, computed from the kernels, strides, paddings and dilations in front of it. A
 * window of k taps, dilation d, stride s and padding p makes of a field of size r, stride j, start a:
 * r + (k - 1) d j, j s, a - p j (Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural
 * networks", equations 2 to 4). From Flatten, Dense or GlobalAvgPool2D on, it is the whole image.
 * @param layer a path of `model.namedModules()`
 * @param inputShape one image's shape, [C, H, W]
 * @throws ArgumentError where it cannot be known: for a model that is no Sequential, or a layer of one's own on the way;
 * ShapeError when the image does not fit
 */
export function receptiveField(model: Module, layer: string, inputShape: Shape): ReceptiveField {
  layerAt('receptiveField', model, layer);
  if (!Array.isArray(inputShape) || inputShape.length !== 3) {
    throw new ShapeError('receptiveField', `expected one image's shape [C, H, W], got ${show(inputShape)}`);
  }
  const [, height, width] = inputShape;
  let x = zeros([1, ...inputShape], { dtype: model.parameters()[0]?.dtype });
  let field: ReceptiveField = { size: [1, 1], stride: [1, 1], start: [0, 0] };

  /** Goes through `module`; whether `layer` ends there. */
  const reached = (module: Module, path: string): boolean => {
    if (isPlain(module, Sequential)) {
      if (module.namedChildren().some(([name, child]) => reached(child, path ? `${path}.${name}` : name))) return true;
    } else {
      if (isPlain(module, Flatten) || isPlain(module, Dense) || isPlain(module, GlobalAvgPool2D)) {
        field = { size: [height, width], stride: [0, 0], start: [0, 0] };
      } else if (!POINTWISE.some((Kind) => isPlain(module, Kind))) field = throughWindow(field, windowOf(module, path));
      // Only for its shape, and for the error when the image does not fit.
      const input = x;
      x = withPlace(`receptiveField, ${path} (${module.constructor.name})`, () => module.forward(input));
    }
    return path === layer;
  };
  inEvaluation(model, () => noGrad(() => reached(model, '')));
  return field;
}

/** Layers that look at each place alone: in evaluation mode, batch norm and dropout too. */
const POINTWISE = [ReLU, LeakyReLU, GELU, Sigmoid, Tanh, BatchNorm2D, Dropout, Dropout2D];

/** The field of the unit at (row, column), cut at the border of the image. */
export function patchOf({ size, stride, start }: ReceptiveField, row: number, column: number, image: Shape): Patch {
  const [top, bottom] = within(start[0] + row * stride[0], size[0], image[1]);
  const [left, right] = within(start[1] + column * stride[1], size[1], image[2]);
  return { top, left, height: bottom - top, width: right - left };
}

function within(first: number, length: number, most: number): [number, number] {
  const cut = (at: number) => Math.min(Math.max(at, 0), most);
  return [cut(first), cut(first + length)];
}

/** A sliding window: [height, width] each. */
interface Window {
  taps: readonly [number, number];
  stride: readonly [number, number];
  padding: readonly [number, number];
  dilation: readonly [number, number];
}

function windowOf(module: Module, path: string): Window {
  const where = 'receptiveField';
  if (isPlain(module, Conv2D)) {
    const { stride = 1, padding = 0, dilation = 1 } = module.options;
    const taps = module.kernelSize;
    const apart = pair(where, 'dilation', dilation, 1);
    const same = taps.map((n, i) => (apart[i] * (n - 1)) >> 1);
    const pad = padding === 'same' ? same : padding === 'valid' ? 0 : padding;
    return {
      ...{ taps, dilation: apart, stride: pair(where, 'stride', stride, 1) },
      padding: pair(where, 'padding', pad as number, 0),
    };
  }
  if (isPlain(module, MaxPool2D) || isPlain(module, AvgPool2D)) {
    const { stride = module.kernelSize, padding = 0 } = module.options;
    return {
      ...{ taps: module.kernelSize, dilation: [1, 1] as const, stride: pair(where, 'stride', stride, 1) },
      padding: pair(where, 'padding', padding, 0),
    };
  }
  throw new ArgumentError(
    where,
    `expected layers that convgrad knows, one after the other in a Sequential, got ${lineOf(module)} at ${show(path)}: ` +
      'what it sees of the image cannot be told',
  );
}

function throughWindow({ size, stride, start }: ReceptiveField, slide: Window): ReceptiveField {
  const both = (fn: (axis: 0 | 1) => number) => [fn(0), fn(1)] as const;
  return {
    size: both((i) => size[i] + (slide.taps[i] - 1) * slide.dilation[i] * stride[i]),
    stride: both((i) => stride[i] * slide.stride[i]),
    start: both((i) => start[i] - slide.padding[i] * stride[i]),
  };
}

/** Whether it is a layer of this kind that runs as the kind does: a subclass may have a `forward` of its own. */
function isPlain<M extends Module>(module: Module, Kind: abstract new (...args: never[]) => M): module is M {
  return module instanceof Kind && Object.getPrototypeOf(module).forward === Kind.prototype.forward;
}
