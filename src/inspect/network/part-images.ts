import { checkDataset, type Dataset } from '../../data/dataset.js';
import { ArgumentError, ShapeError, show } from '../../errors.js';
import { sameShape, showShape } from '../../shape.js';
import { checkImageShape } from './layer.js';

/** Where each part is in images of [C, H, W]: for each a mask [N, H, W], 0 where it is not. */
export type PartMasks<Part extends string> = Readonly<Record<Part, ArrayLike<number>>>;

/** Images in which it is known where each part is, and the same images without it. */
export interface PartImages<Part extends string> {
  /** Of [C, H, W]. Their labels are not looked at. */
  images: Dataset;
  masks: PartMasks<Part>;
  /** For each part the same images in the same order, all else unchanged, without that part. */
  without: Readonly<Record<Part, Dataset>>;
  /** Other arrangements: as many images each, in the same order, with masks of their own. @default none */
  variants?: Readonly<Record<string, { images: Dataset; masks: PartMasks<Part> }>>;
  /** Where something resembles a part and is none, [N, H, W]. @default nothing does */
  distractors?: ArrayLike<number>;
}

/** Throws unless all of it belongs together; returns the parts' names. */
export function checkPartImages<Part extends string>(where: string, given: PartImages<Part>): Part[] {
  const { images, masks, without, variants = {}, distractors } = given ?? {};
  checkImages(where, 'images', images);
  const { length, inputShape } = images;
  if (length < 2) throw new ArgumentError(where, `expected at least 2 images, one a half, got ${length}`);
  const parts = partsOf(where, 'masks', masks);
  const known = partsOf(where, 'without', without);
  if (parts.length !== known.length || parts.some((part) => !known.includes(part))) {
    throw new ArgumentError(where, `expected without to have the parts of masks, ${show(parts)}, got ${show(known)}`);
  }
  const size = length * inputShape[1] * inputShape[2];
  const checkMask = (what: string, mask: ArrayLike<number>) => {
    if (mask?.length === size) return;
    const expected = `expected ${what} to be [${length}, ${inputShape[1]}, ${inputShape[2]}], ${size} numbers`;
    throw new ShapeError(where, `${expected}, got ${show(mask?.length ?? mask)}`);
  };
  const checkLike = (what: string, other: Dataset) => {
    checkImages(where, what, other);
    if (other.length === length && sameShape(other.inputShape, inputShape)) return;
    const got = `${other.length} of ${showShape(other.inputShape)}`;
    throw new ShapeError(where, `expected ${length} images of ${showShape(inputShape)} in ${what}, got ${got}`);
  };
  for (const part of parts) {
    checkMask(`masks.${part}`, masks[part]);
    checkLike(`without.${part}`, without[part]);
  }
  for (const [name, variant] of Object.entries(variants)) {
    checkLike(`variants.${name}.images`, variant?.images);
    for (const part of parts) checkMask(`variants.${name}.masks.${part}`, variant.masks?.[part]);
  }
  if (distractors !== undefined) checkMask('distractors', distractors);
  return parts;
}

function partsOf<Part extends string>(where: string, what: string, given: Readonly<Record<Part, unknown>>): Part[] {
  const isRecord = typeof given === 'object' && given !== null && !Array.isArray(given);
  const parts = isRecord ? (Object.keys(given) as Part[]) : [];
  if (parts.length > 0) return parts;
  throw new ArgumentError(where, `expected ${what} to be an object with a field for each part, got ${show(given)}`);
}

function checkImages(where: string, what: string, images: Dataset): void {
  checkDataset(where, what, images);
  checkImageShape(where, images.inputShape);
}
