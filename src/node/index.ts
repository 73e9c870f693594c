/**
 * Files, pictures, progress and checkpoints in Node.
 * @module convgrad/node
 */

import '../wasm/install.js';

export { chartDocument } from '../charts/document.js';
export type { UnpackOptions } from '../io/limits.js';
export { type AnimationOptions, animation, saveAnimation } from './animation.js';
export { bestCheckpoint, type CheckpointOptions, checkpoint, loadCheckpoint } from './checkpoint.js';
export { type Cifar100Options, loadCifar10, loadCifar100 } from './cifar.js';
export { FileError, loadModel, makeFolder, type PartialLoad, saveFile, saveJson, saveModel, savePng } from './files.js';
export { type IdxFolderOptions, type IdxOptions, loadIdx, loadIdxFolder } from './idx-files.js';
export { type ImageFolderOptions, loadImageFolder, type SkippedFile } from './image-folder.js';
export { interruptible } from './interrupt.js';
export { csvLog } from './log.js';
export { progress, type TextStream } from './progress.js';
