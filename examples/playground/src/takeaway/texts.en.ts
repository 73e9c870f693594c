/** The English texts of "Take it away". */
export const takeawayEn = {
  title: 'Take it away',
  lede: 'The network as a file, its filters as a picture, the run as a program: what you made here is yours.',
  weights: 'The network',
  download: 'Download model.safetensors',
  downloadTip: 'The weights shown, as a safetensors file that convgrad and PyTorch can read',
  load: 'Load a file',
  loadTip: 'Show the weights of a safetensors file from here, from Node or from PyTorch',
  loadNote: 'With the names conv1.weight, conv2.weight, conv2.bias, dense.weight and dense.bias.',
  loaded: (name: string, hash: string) => `Loaded ${name}, weight hash ${hash}. “Train” begins a new training.`,
  refused: (name: string, reason: string) => `${name} could not be loaded: ${reason}`,
  tooLarge: (megabytes: number) => `it is larger than ${megabytes} MB`,
  notFinite: 'its weights, or the answers that they give, are not all finite numbers',
  wrongSettings: (refused: string) => `the settings stored in it are not ones that this page can have (${refused})`,
  /** With what the engine says of it. */
  noNetwork: (detail: string) => `it is not a safetensors file, or it is damaged (${detail})`,
  otherNetwork: (detail: string) => `its weights are not those of this page’s network (${detail})`,
  unreadable: (detail: string) => `it cannot be read any more (${detail})`,
  filters: 'The filters',
  png: 'Download filters.png',
  pngTip: 'The filters shown, beside their untrained twins, as a picture with its scale',
  pngFailed: 'The browser could not make a picture.',
  program: 'The run',
  programNote: (known: boolean) =>
    `${known ? 'A program that trains the same network in Node and ends with the same weight hash.' : 'The file does not say how its weights were learned. A program that trains such a network in Node, with the settings above.'} Save it as run.ts in the folder of convgrad’s source code, and there:`,
  copy: 'Copy',
  copied: 'Copied',
  copyTip: 'Copy the program',
  downloadProgram: 'Download run.ts',
  downloadProgramTip: 'The program as a file',
  code: 'The program',
};

export type TakeawayTexts = typeof takeawayEn;
