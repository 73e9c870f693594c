export { binary, binaryGradient, reduceAdd, scatterAdd, spreadAdd } from './broadcast';
export { conv2d, packBlocks } from './convForward';
export { conv2dGrey, packGrey } from './convGrey';
export { gradInput, gradWeight } from './convGradients';
export { addRows, offsets, packRows } from './convolution';
export { sgd, unary, unaryGradient } from './elementwise';
export { crossEntropy, crossEntropyGradient, max, softmax, softmaxGradient } from './lines';
export { matmul, matmulTransposed, transpose } from './matmul';
export { avgPool2d, avgPool2dGradient, maxPool2d } from './pool';

export function zero(address: usize, bytes: usize): void {
  memory.fill(address, 0, bytes);
}
