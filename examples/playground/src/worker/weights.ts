import { noGrad, type Sequential, tensor } from '../../../../src/index.js';

/** All weights of a network in one array, one parameter after the other. */
export function weightsOf(model: Sequential): Float32Array<ArrayBuffer> {
  const parameters = model.parameters();
  const all = new Float32Array(parameters.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const parameter of parameters) {
    all.set(parameter.data, at);
    at += parameter.size;
  }
  return all;
}

/** Puts weights that `weightsOf` gave into a network of the same make. */
export function loadWeights(model: Sequential, weights: Float32Array): void {
  noGrad(() => {
    const state = model.stateDict();
    let at = 0;
    for (const [name, { shape, size }] of Object.entries(state)) {
      state[name] = tensor(weights.slice(at, at + size), { shape });
      at += size;
    }
    model.loadStateDict(state);
  });
}
