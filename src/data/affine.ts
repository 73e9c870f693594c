import { ArgumentError, checkNumber, readOptions, show } from '../errors.js';
import { type Pair, pair } from '../shape.js';
import { cosSin } from './angle.js';
import { Sampler } from './bilinear.js';
import { imageShape, type Range, range, type Transform } from './transform.js';

/** Options of `affine`. */
export interface AffineOptions {
  /** Clockwise rotation in degrees: from this range, or from [-degrees, degrees]. @default 0 */
  degrees?: number | Range;
  /** The largest shift to either side, and up or down, as fractions of the width and of the height. @default [0, 0] */
  translate?: readonly [horizontal: number, vertical: number];
  /** Factor of enlargement: from this range, such as [0.9, 1.1], at least 0.01. @default [1, 1] */
  scale?: Range;
  /** How far upright lines lean, in degrees, at most 89: from this range, or from [-shear, shear]. @default 0 */
  shear?: number | Range;
  /** The value of pixels that come from outside of the image. @default 0 */
  fill?: number;
}

/** Where an image goes: enlarged, sheared and rotated about its center, then moved by so many pixels. */
interface Placement {
  degrees: number;
  right: number;
  down: number;
  scale: number;
  shear: number;
}

/**
 * A random affine transform of each image: rotation, shear, scale and shift, each drawn evenly from its range, about the
 * image's center, with bilinear interpolation. The words are those of torchvision's RandomAffine; a shift need not be of
 * whole pixels here.
 * @returns a transform for `DataLoader` and `fit`, which throws a ShapeError for a batch that is not [N, C, H, W]
 * @throws ArgumentError for options out of range
 */
export function affine(options: AffineOptions): Transform {
  if (options === undefined) throw new ArgumentError('affine', 'expected what to change, such as { degrees: 10 }');
  const defaults = { degrees: 0, translate: undefined, scale: undefined, shear: 0, fill: 0 };
  const { degrees, translate = [0, 0], scale = [1, 1], shear, fill } = readOptions('affine', options, defaults);
  const rotation = range('affine', 'degrees', bothSides(degrees));
  const zoom = range('affine', 'scale', scale, { least: 0.01 });
  const lean = range('affine', 'shear', bothSides(shear), { least: -89, most: 89 });
  if (!Array.isArray(translate) || translate.length !== 2) {
    const got = show(translate);
    throw new ArgumentError('affine', `expected translate to be two fractions, such as [0.1, 0.1], got ${got}`);
  }
  const [horizontal, vertical] = translate.map((most) =>
    checkNumber('affine', 'translate', most, { least: 0, most: 1 }),
  );
  return resampled('affine', fill, (generator, height, width) => ({
    degrees: generator.uniform(...rotation),
    right: width * generator.uniform(-horizontal, horizontal),
    down: height * generator.uniform(-vertical, vertical),
    scale: generator.uniform(...zoom),
    shear: generator.uniform(...lean),
  }));
}

/**
 * Shifts each image at random by whole pixels, which changes no value, to either side and up or down.
 * @param pixels the largest shift, or [vertical, horizontal]
 * @param options `fill`: the value of pixels that come from outside of the image; 0 unless given
 * @returns a transform for `DataLoader` and `fit`, which throws a ShapeError for a batch that is not [N, C, H, W]
 * @throws ShapeError for what is no whole number
 */
export function shift(pixels: Pair, options: { fill?: number } = {}): Transform {
  const { fill } = readOptions('shift', options, { fill: 0 });
  const [vertical, horizontal] = pair('shift', 'the pixels', pixels, 0);
  return resampled('shift', fill, (generator) => ({
    degrees: 0,
    right: generator.integer(2 * horizontal + 1) - horizontal,
    down: generator.integer(2 * vertical + 1) - vertical,
    scale: 1,
    shear: 0,
  }));
}

/** A number stands for the range from minus that to that. */
function bothSides(value: number | Range): Range {
  return typeof value === 'number' ? [-Math.abs(value), Math.abs(value)] : value;
}

/** The transform that puts each image where `draw` says. */
function resampled(
  where: string,
  fill: number,
  draw: (generator: Parameters<Transform>[2], height: number, width: number) => Placement,
): Transform {
  checkNumber(where, 'fill', fill);
  return (inputs, shape, generator) => {
    const [n, c, h, w] = imageShape(where, inputs, shape);
    const image = new Sampler(c, h, w, fill);
    for (let i = 0; i < n; i++) {
      place(image, h, w, draw(generator, h, w));
      image.resample(inputs, i * c * h * w);
    }
  };
}

/**
 * Sets where an image [h, w] is read so that it is placed. With R the rotation, S = [1, -tan shear; 0, 1], c the center and t the
 * shift, a pixel p goes to q = c + t + scale R S (p - c), so that q shows p = c + S^-1 R^-1 (q - c - t) / scale.
 */
function place(image: Sampler, h: number, w: number, to: Placement): void {
  const { cos, sin } = cosSin(to.degrees);
  const lean = cosSin(to.shear);
  const tan = lean.sin / lean.cos;
  const [xx, xy] = [(cos - tan * sin) / to.scale, (sin + tan * cos) / to.scale];
  const [yx, yy] = [-sin / to.scale, cos / to.scale];
  const [middleX, middleY] = [(w - 1) / 2, (h - 1) / 2];
  const { columns, rows } = image;
  for (let y = 0, p = 0; y < h; y++) {
    const below = y - middleY - to.down;
    for (let x = 0; x < w; x++, p++) {
      const beside = x - middleX - to.right;
      columns[p] = middleX + xx * beside + xy * below;
      rows[p] = middleY + yx * beside + yy * below;
    }
  }
}
