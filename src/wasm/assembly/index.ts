export * from './arithmetic';
export { expand, reduce, sliceAdd, sumChannels } from './broadcast';
export { conv2d, packBlocks } from './convForward';
export { conv2dGray, packGray } from './convGray';
export { gradInput, gradWeight } from './convGradients';
export { countNonzero, packTurned, spreadBias } from './convSparse';
export { addRows, offsets, packRows } from './convolution';
export { dropout } from './dropout';
export { all5x2, all2x6, all3x2, all3x1, all3x3, all1x12, all1x10, all1x6, all1x3, all1x1 } from './gather';
export { crossEntropy, crossEntropyGradient, softmax, softmaxGradient } from './softmax';
export { matmul, matmulTransposed, transpose } from './matmul';
export { moments, normalize, normalizeGradient } from './normalize';
export * from './elementwise';
export { adadelta, adam, rmsprop, sgd } from './optimizers';
export { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGradient } from './pool';

export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}
