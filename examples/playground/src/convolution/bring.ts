/** Brings photographs and files into a laboratory. What is needed to read them is loaded with the first. */
import type { PhotographName } from './choices.js';
import { ImageError } from './image-trouble.js';
import type { Lab } from './lab.js';
import type { GrayImage } from './walk.js';

/** Shows a photograph of the page when it has been loaded; until then, and when it cannot be, the image before stays. */
export async function choosePhotograph(lab: Lab, name: PhotographName): Promise<void> {
  const choice = { kind: 'photograph', name } as const;
  if (lab.photographs.peek()[name]) {
    lab.chooseImage(choice);
    return;
  }
  await bring(
    lab,
    name,
    async () => (await program()).loadPhotograph(name),
    (image) => {
      lab.keepPhotograph(name, image);
      const now = lab.imageChoice.peek();
      if (now.kind !== 'photograph' || now.name !== name) lab.chooseImage(choice);
    },
  );
}

/** Shows an image file; when that cannot be read, the image before stays. */
export function chooseFile(lab: Lab, file: File): Promise<void> {
  return bring(
    lab,
    file.name,
    async () => (await program()).readPhotograph(file),
    (image) => lab.takeFile(file.name, image),
  );
}

function program() {
  return import('./photographs.js').catch(() => {
    throw new ImageError('unloaded');
  });
}

async function bring(lab: Lab, name: string, load: () => Promise<GrayImage>, take: (image: GrayImage) => void) {
  const request = { name };
  lab.imageTrouble.value = null;
  lab.bringing.value = request;
  // Whoever has chosen another image meanwhile wants that one.
  const awaited = () => lab.bringing.peek() === request;
  try {
    const image = await load();
    if (!awaited()) return;
    take(image);
    lab.bringing.value = null;
  } catch (error) {
    if (!awaited()) return;
    // A link may have asked for what does not come.
    if (lab.missing.peek() && lab.imageChoice.peek().kind === 'photograph') lab.chooseImage({ kind: 'tutorial' });
    lab.imageTrouble.value = { name, trouble: error instanceof ImageError ? error.trouble : 'unreadable' };
    lab.bringing.value = null;
  }
}
