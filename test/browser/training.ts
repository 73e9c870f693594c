type Convgrad = typeof import('../../src/index.js');

/**
 * A short training of Net S with batch norm and dropout on made-up images, and every function that is not plain arithmetic: what must
 * come out the same, to the last bit, wherever it runs.
 */
export function train(
  convgrad: Convgrad,
  seed: number,
  batch = 32,
): { hash: string; losses: number[]; functions: number[] } {
  const { BatchNorm2D, Conv2D, Dense, Dropout, Dropout2D, Flatten, Generator, MaxPool2D, ReLU, SGD, Sequential } =
    convgrad;
  const generator = new Generator(seed);
  const model = new Sequential(
    new Conv2D(1, 8, 5, { padding: 2, generator }),
    new BatchNorm2D(8),
    new ReLU(),
    new MaxPool2D(2),
    new Dropout2D(0.1, { generator }),
    new Conv2D(8, 16, 5, { padding: 2, generator }),
    new ReLU(),
    new MaxPool2D(2),
    new Flatten(),
    new Dropout(0.3, { generator }),
    new Dense(784, 10, { generator }),
  );
  const sgd = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9, weightDecay: 1e-4 });
  const schedule = new convgrad.CosineAnnealingLR(sgd, { tMax: 20 });
  const others = [convgrad.AdamW, convgrad.RMSprop, convgrad.Adadelta].map(
    (Kind) => new Kind(model.parameters(), { lr: 0.001 }),
  );
  const optimizers = [sgd, sgd, ...others]; // In turn.
  const losses: number[] = [];
  for (let step = 0; step < 10; step++) {
    const x = convgrad.randn([batch, 1, 28, 28], { generator });
    const loss = convgrad.crossEntropy(
      model.forward(x),
      Array.from({ length: batch }, () => generator.integer(10)),
      { labelSmoothing: 0.1 },
    );
    sgd.zeroGrad();
    loss.backward();
    optimizers[step % optimizers.length].step();
    schedule.step();
    losses.push(loss.item());
  }
  const x = convgrad.randn([1000], { generator }).mul(5);
  const positive = x.exp().add(0.1);
  const results = [
    x.exp(),
    positive.log(),
    positive.sqrt(),
    positive.pow(0.3),
    x.sigmoid(),
    x.tanh(),
    x.softmax(),
    x.gelu(),
    x.softplus(),
  ];
  const hash = convgrad.weightHash(model) + trainKinds(convgrad, generator);
  return { hash, losses, functions: results.flatMap((y) => [...y.data]) };
}

/** Three steps through the other kinds of convolutions, on color images; the hash of their weights. */
function trainKinds(convgrad: Convgrad, generator: InstanceType<Convgrad['Generator']>): string {
  const { BatchNorm2D, Conv2D, Dense, GlobalAvgPool2D, ReLU, SGD, Sequential } = convgrad;
  const model = new Sequential(
    new Conv2D(3, 16, 3, { padding: 1, bias: false, generator }),
    new BatchNorm2D(16),
    new ReLU(),
    new Conv2D(16, 16, 3, { padding: 1, generator }), // Dense 3x3: Winograd's algorithm.
    new Conv2D(16, 16, 3, { padding: 1, groups: 16, generator }), // Depthwise.
    new Conv2D(16, 32, 1, { stride: 2, generator }),
    new ReLU(),
    new GlobalAvgPool2D(),
    new Dense(32, 10, { generator }),
  );
  const sgd = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  for (let step = 0; step < 3; step++) {
    const x = convgrad.randn([16, 3, 16, 16], { generator });
    const loss = convgrad.crossEntropy(
      model.forward(x),
      Array.from({ length: 16 }, () => generator.integer(10)),
    );
    sgd.zeroGrad();
    loss.backward();
    sgd.step();
  }
  return convgrad.weightHash(model);
}
