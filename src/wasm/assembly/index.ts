export * from './arithmetic';
export { addRounded, expand, reduce, sliceAdd, sumChannels } from './broadcast';
export { conv2d, packBlocks } from './convForward';
export { conv2dGray, packGray } from './convGray';
export { gradInput, gradWeight } from './convGradients';
export { allUsual, nonzeroShare, packFlipped, spreadBias } from './convSparseForward';
export { addRows, offsets, packRows } from './convolution';
export { depthwise, depthwiseGradient } from './depthwise';
export { dropout } from './dropout';
export { tiles5x2, tiles2x6, tiles3x1, tiles1x12, tiles1x10, tiles1x6, tiles1x3, tiles1x1 } from './sparseSum';
export { crossEntropy, crossEntropyGradient, softmax, softmaxGradient } from './softmax';
export { matmul, matmulTransposed, transpose } from './matmul';
export { moments, normalize, normalizeGradient } from './normalize';
export * from './elementwise';
export { adadelta, adam, rmsprop, sgd } from './optimizers';
export { pointwise } from './pointwise';
export { avgPool2d, avgPool2dGradient, maxPool2d, maxPool2dGradient } from './pool';
export { winograd, winogradCollect, winogradGradient, winogradWeights } from './winograd';

export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}
