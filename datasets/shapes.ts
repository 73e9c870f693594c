import { cosSin } from '../src/data/angle.js';
import { Dataset } from '../src/data/dataset.js';
import { ArgumentError, checkNumber, checkOptions, show } from '../src/errors.js';
import { Generator } from '../src/random.js';

/** What an image of `shapes` shows. */
export interface DrawnShape {
  /** A step from dark to bright, or a line 3 pixels wide; both run through the whole image. */
  kind: 'edge' | 'bar';
  /** The way it runs, in degrees: 0 is horizontal, 90 vertical, counter-clockwise, below 180. */
  angle: number;
  /** A point that it runs through, the nearest to the image's center: [right of, above] that, in pixels. */
  offset: readonly [right: number, above: number];
  /** 1: the bar is bright, the edge bright on its right (above it when it is horizontal). -1: the other way round. */
  contrast: 1 | -1;
}

/** Options of `shapes`. */
export interface ShapesOptions {
  /** How many images: 1,000 unless given. */
  count?: number;
  /** Height and width in pixels: 16 unless given. */
  size?: number;
  /** How many angles, evenly over half a turn, 0 first; each is a class. 4 unless given. */
  angles?: number;
  /** What is shown: both kinds, as often, unless given. */
  kinds?: readonly DrawnShape['kind'][];
  /** Standard deviation of the normal noise on every pixel, where dark is 0 and bright is 1: 0.1 unless given. */
  noise?: number;
  /** 0 unless given. */
  seed?: number | string;
}

const BAR_WIDTH = 3;

/**
 * Drawn images of edges and bars, of which everything is known: what a network that names their angle has to learn are
 * filters of these angles. The classes follow each other in turn; kind, place and contrast are drawn.
 * @returns `data`, inputs of shape [1, size, size] whose label k is the angle 180 k / angles, and for each image its `truth`
 * @throws ArgumentError for options out of range
 */
export function shapes(options: ShapesOptions = {}): { data: Dataset; truth: readonly DrawnShape[] } {
  checkOptions('shapes', options, ['count', 'size', 'angles', 'kinds', 'noise', 'seed']);
  const count = checkNumber('shapes', 'count', options.count ?? 1000, { least: 0, whole: true });
  const size = checkNumber('shapes', 'size', options.size ?? 16, { least: 3, whole: true });
  const angles = checkNumber('shapes', 'angles', options.angles ?? 4, { least: 2, whole: true });
  const noise = checkNumber('shapes', 'noise', options.noise ?? 0.1, { least: 0 });
  const { kinds = ['edge', 'bar'], seed = 0 } = options;
  if (!Array.isArray(kinds) || kinds.length === 0 || kinds.some((kind) => kind !== 'edge' && kind !== 'bar')) {
    throw new ArgumentError('shapes', `expected kinds to be of 'edge' and 'bar', got ${show(kinds)}`);
  }
  const generator = new Generator(seed);
  const inputs = new Float32Array(count * size * size);
  const degrees = Array.from({ length: angles }, (_, k) => (180 * k) / angles);
  const truth = Array.from({ length: count }, (_, i): DrawnShape => {
    const angle = degrees[i % angles];
    const kind = kinds[generator.integer(kinds.length)];
    const distance = generator.uniform(-size / 4, size / 4);
    const contrast = generator.integer(2) === 0 ? 1 : -1;
    // Across the shape: to the right of a vertical one, upwards from a horizontal one.
    const across = angle === 0 ? cosSin(90) : cosSin(angle - 90);
    const middle = (size - 1) / 2;
    for (let p = 0; p < size * size; p++) {
      const [right, above] = [(p % size) - middle, middle - Math.floor(p / size)];
      const beyond = right * across.cos + above * across.sin - distance;
      // A pixel that the border runs through is as bright as the part of it that is covered, nearly.
      const covered = kind === 'edge' ? beyond + 0.5 : (BAR_WIDTH + 1) / 2 - Math.abs(beyond);
      const brightness = Math.min(1, Math.max(0, covered));
      inputs[i * size * size + p] = (contrast === 1 ? brightness : 1 - brightness) + noise * generator.normal();
    }
    return { kind, angle, offset: [distance * across.cos, distance * across.sin], contrast };
  });
  const labels = truth.map((_, i) => i % angles);
  const names = degrees.map((angle) => `${Number(angle.toFixed(1))} degrees`);
  return { data: new Dataset(inputs, [1, size, size], labels, names), truth };
}
