/** Why there is no image: it could not be loaded, is no image at all, cannot be read, or has too many or too few pixels. */
export type ImageTrouble = 'unloaded' | 'noImage' | 'unreadable' | 'tooLarge' | 'tooSmall';

/** An image that is refused. */
export class ImageError extends Error {
  constructor(readonly trouble: ImageTrouble) {
    super(trouble);
  }
}

/** A photograph is smaller, in MB: a film chosen by mistake is not read. */
export const MOST_MEGABYTES = 40;
/** Millions of pixels: more than this is too much for a phone. */
export const MOST_MEGAPIXELS = 120;
/** Fewer pixels than this along a side show nothing, and are typed as fast. */
export const LEAST_SIDE = 8;
