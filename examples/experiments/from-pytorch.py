"""Trains a small network in PyTorch, and saves a checkpoint of it for from-pytorch.ts; or opens what that gives back.

    npx tsx examples/experiments/digits-to-npz.ts runs/digits.npz
    python3 examples/experiments/from-pytorch.py train runs/digits.npz examples/experiments/from-pytorch.pt
    python3 examples/experiments/from-pytorch.py open runs/digits.npz runs/from-pytorch/model.npz

The checkpoint that comes with the example was written by PyTorch 1.13 on one thread, in 7 s of processor time.
"""
import collections
import sys

import numpy as np
import torch
from torch import nn

task, digits, path = sys.argv[1:]
torch.manual_seed(0)
torch.set_num_threads(1)
arrays = {key: torch.from_numpy(value) for key, value in np.load(digits).items()}
model = nn.Sequential(collections.OrderedDict(
    conv1=nn.Conv2d(1, 8, 5), norm1=nn.BatchNorm2d(8), relu1=nn.ReLU(), pool1=nn.MaxPool2d(2),
    conv2=nn.Conv2d(8, 16, 3), relu2=nn.ReLU(), pool2=nn.MaxPool2d(2),
    flatten=nn.Flatten(), fc=nn.Linear(400, 10)))


def accuracy():
    model.eval()
    with torch.no_grad():
        return (model(arrays["x_held_out"]).argmax(1) == arrays["y_held_out"]).float().mean().item()


if task == "open":
    state = {key: torch.from_numpy(value) for key, value in np.load(path).items()}
    print(model.load_state_dict(state))
    print(f"accuracy on the held-out digits: {accuracy():.4f}")
    sys.exit()

x, y = arrays["x"], arrays["y"].long()
# Weight decay of the first filters alone lets the noise fade that they began with.
filters = [model.conv1.weight]
others = [parameter for parameter in model.parameters() if parameter is not filters[0]]
optimizer = torch.optim.SGD([{"params": filters, "weight_decay": 0.02}, {"params": others}], lr=0.05, momentum=0.9)
epochs, batch = 6, 64
schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 1e-6, epochs * -(-len(x) // batch))
for epoch in range(epochs):
    model.train()
    for indices in torch.randperm(len(x)).split(batch):
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x[indices]), y[indices]).backward()
        optimizer.step()
        schedule.step()
    print(epoch + 1, accuracy())
torch.save({"epoch": epochs, "accuracy": accuracy(), "model": model.state_dict()}, path)
