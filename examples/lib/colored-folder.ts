/** Folders of small color images: photographs where there are some, or drawn shapes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset, Generator } from '../../src/index.js';
import { Picture } from '../../src/inspect/index.js';
import { loadCifar10, loadImageFolder, savePng } from '../../src/node/index.js';
import { coverage, drawOne, KINDS } from './drawn.js';

export const SIZE = 32;

/**
 * Images [3, 32, 32] to learn from and to judge by.
 * @param data the folder of two, `train` and `test`, with a folder for each class in them; or of CIFAR-10's binary files;
 * undefined: they are drawn
 * @param out the folder in which drawn ones go
 * @param quick few are drawn
 */
export async function openImages(
  data: string | undefined,
  out: string,
  quick: boolean,
  generator: Generator,
): Promise<{ train: Dataset; test: Dataset }> {
  const drawn = join(out, quick ? 'images-quick' : 'images');
  if (data === undefined) {
    await drawFolder(join(drawn, 'train'), quick ? 8 : 250, generator);
    await drawFolder(join(drawn, 'test'), quick ? 4 : 50, generator);
  }
  const folder = data ?? drawn;
  if (!existsSync(join(folder, 'train'))) return loadCifar10(folder);
  const train = await loadImageFolder(join(folder, 'train'), { size: SIZE });
  return { train, test: await loadImageFolder(join(folder, 'test'), { size: SIZE, classes: train.classNames }) };
}

/**
 * Discs, squares and triangles, whole ones and outlines: six classes, in any color on a background of any other colors, so that
 * color says nothing. A folder a class, as `loadImageFolder` wants them.
 */
async function drawFolder(path: string, perClass: number, generator: Generator): Promise<void> {
  for (const [kind, name] of KINDS.entries()) {
    for (const outline of [false, true]) {
      for (let i = 0; i < perClass; i++) {
        const picture = drawColored(kind, outline, generator);
        await savePng(join(path, outline ? `${name} outline` : name, `${i}.png`), picture);
      }
    }
  }
}

function drawColored(kind: number, outline: boolean, generator: Generator): Picture {
  const color = () => [0, 0, 0].map(() => generator.uniform(30, 225));
  const [left, right] = [color(), color()];
  let shape = color();
  const near = (other: number[]) => Math.hypot(...shape.map((value, c) => value - other[c])) < 110;
  while (near(left) || near(right)) shape = color();
  const outer = drawOne(generator, kind, SIZE, [7, 12]);
  const inner = { ...outer, radius: 0.6 * outer.radius };
  const picture = new Picture(SIZE, SIZE);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const inside = coverage(outer, x, y) * (outline ? 1 - coverage(inner, x, y) : 1);
      const pixel = [0, 1, 2].map((c) => {
        const behind = left[c] + ((right[c] - left[c]) * x) / SIZE;
        return behind + inside * (shape[c] - behind) + 8 * generator.normal();
      });
      picture.rectangle(x, y, 1, 1, [pixel[0], pixel[1], pixel[2]]);
    }
  }
  return picture;
}
