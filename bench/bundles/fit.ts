// The same network, trained by `fit`.
import { Conv2D, Dataset, Dense, Flatten, fit, MaxPool2D, ReLU, Sequential, SGD } from 'convgrad';

const data = new Dataset(new Float32Array(128), [1, 8, 8], [0, 1]);
const model = new Sequential(new Conv2D(1, 4, 5), new ReLU(), new MaxPool2D(2), new Flatten(), new Dense(16, 2));
await fit(model, data, { epochs: 1, optimizer: new SGD(model.parameters(), { lr: 0.05 }) });
