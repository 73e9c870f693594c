export { loadMnist } from './mnist.js';
