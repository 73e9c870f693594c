import { ArgumentError, checkNumber, checkOptions, show } from '../errors.js';
import { type Pair, pair } from '../shape.js';
import { Sampler } from './bilinear.js';
import { imageShape, type Range, range, type Transform } from './transform.js';
import { turn } from './turn.js';

export interface AffineOptions {
  /** Clockwise rotation in degrees: from this range, or from [-degrees, degrees]; none unless given. */
  degrees?: number | Range;
  /** The largest shift to either side, and up or down, as shares of the width and of the height; none unless given. */
  translate?: readonly [horizontal: number, vertical: number];
  /** Enlargement: from this range, such as [0.9, 1.1]; none unless given. */
  scale?: Range;
  /** How far upright lines lean, in degrees, at most 89: from this range, or from [-shear, shear]; none unless given. */
  shear?: number | Range;
  /** What stands where nothing was: 0 unless given. */
  fill?: number;
}

/** Where an image goes: enlarged, sheared and turned about its center, then moved by so many pixels. */
interface Placement {
  degrees: number;
  right: number;
  down: number;
  scale: number;
  shear: number;
}

const UPRIGHT = { degrees: 0, scale: 1, shear: 0 };

/**
 * Turns, shears, enlarges and moves each image by numbers drawn for it, evenly from their ranges, about its center, with
 * bilinear interpolation. The words are those of torchvision's RandomAffine; a shift need not be of whole pixels here.
 * @throws ArgumentError for options out of range; ShapeError, when it is used, for a batch that is not [N, C, H, W]
 */
export function affine(options: AffineOptions): Transform {
  checkOptions('affine', options, ['degrees', 'translate', 'scale', 'shear', 'fill']);
  const degrees = range('affine', 'degrees', bothWays(options.degrees ?? 0));
  const translate = options.translate ?? [0, 0];
  if (!Array.isArray(translate) || translate.length !== 2) {
    throw new ArgumentError(
      'affine',
      `expected translate to be two shares, such as [0.1, 0.1], got ${show(translate)}`,
    );
  }
  const [horizontal, vertical] = translate.map((share) =>
    checkNumber('affine', 'translate', share, { least: 0, most: 1 }),
  );
  const scale = range('affine', 'scale', options.scale ?? [1, 1], { least: 0.01 });
  const shear = range('affine', 'shear', bothWays(options.shear ?? 0), { least: -89, most: 89 });
  return placing('affine', options.fill, (generator, height, width) => ({
    degrees: generator.uniform(...degrees),
    right: width * generator.uniform(-horizontal, horizontal),
    down: height * generator.uniform(-vertical, vertical),
    scale: generator.uniform(...scale),
    shear: generator.uniform(...shear),
  }));
}

/**
 * Moves each image by whole pixels, which changes no value, to either side and up or down.
 * @param pixels the largest shift, or one for the height and one for the width
 * @param options `fill`, what stands where nothing was: 0 unless given
 * @throws ShapeError for what is no whole number, or, when it is used, for a batch that is not [N, C, H, W]
 */
export function shift(pixels: Pair, options: { fill?: number } = {}): Transform {
  checkOptions('shift', options, ['fill']);
  const [vertical, horizontal] = pair('shift', 'the pixels', pixels, 0);
  return placing('shift', options.fill, (generator) => ({
    ...UPRIGHT,
    right: generator.integer(2 * horizontal + 1) - horizontal,
    down: generator.integer(2 * vertical + 1) - vertical,
  }));
}

/** A number stands for the range from minus that to that. */
function bothWays(value: number | Range): Range {
  return typeof value === 'number' ? [-Math.abs(value), Math.abs(value)] : value;
}

/** The transform that puts each image where `draw` says. */
function placing(
  where: string,
  fill = 0,
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
 * Tells an image [h, w] to be read so that it is placed. With R the rotation, S = [1, -tan shear; 0, 1], c the center and t the
 * shift, a pixel p goes to q = c + t + scale R S (p - c), so that q shows p = c + S^-1 R^-1 (q - c - t) / scale.
 */
function place(image: Sampler, h: number, w: number, to: Placement): void {
  const { cos, sin } = turn(to.degrees);
  const lean = turn(to.shear);
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
