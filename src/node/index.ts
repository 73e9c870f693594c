export { type AnimationOptions, animation, saveAnimation } from './animation.js';
export { chartDocument } from './charts.js';
export { FileError, loadModel, makeFolder, saveFile, saveJson, saveModel, savePng } from './files.js';
export { type IdxOptions, loadIdx, loadIdxFolder } from './idx-files.js';
export { type ImageFolderOptions, loadImageFolder } from './image-folder.js';
export { progress, type TextStream } from './progress.js';
export type { Ablation, Mistake, ReportFigures, ReportOptions } from './report/figures.js';
export { report } from './report/report.js';
