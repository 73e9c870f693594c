// A small network, trained by a loop of one's own.
import { Conv2D, crossEntropy, DataLoader, Dataset, Dense, Flatten, MaxPool2D, ReLU, Sequential, SGD } from 'convgrad';

const data = new Dataset(new Float32Array(128), [1, 8, 8], [0, 1]);
const model = new Sequential(new Conv2D(1, 4, 5), new ReLU(), new MaxPool2D(2), new Flatten(), new Dense(16, 2));
const optimizer = new SGD(model.parameters(), { lr: 0.05 });
for (const { x, y } of new DataLoader(data)) {
  const loss = crossEntropy(model.forward(x), y);
  optimizer.zeroGrad();
  loss.backward();
  optimizer.step();
}
