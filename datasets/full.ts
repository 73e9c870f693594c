export { loadFashionMnist } from './fashion-mnist.js';
export { loadMnistFull } from './mnist-full.js';
