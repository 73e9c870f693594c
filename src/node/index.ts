export { loadModel, saveFile, saveJson, saveModel, savePng } from './files.js';
export { progress } from './progress.js';
