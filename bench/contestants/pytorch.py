"""Trains a network of nets.ts with PyTorch: `python3 pytorch.py VARIANT TASK.json [THREADS]`, the protocol of serve.ts.

VARIANT is pytorch (its defaults), pytorch-nhwc (channels last) or pytorch-native (without oneDNN)."""

import json
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

variant, path, threads = sys.argv[1:4]
with open(path) as file:
    task = json.load(file)
torch.set_num_threads(int(threads or task["threads"]))
if variant == "pytorch-native":
    torch.backends.mkldnn.set_flags(False)


class Residual(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.block = sequence(spec["block"])
        self.shortcut = sequence(spec["shortcut"])

    def forward(self, x):
        return self.shortcut(x) + self.block(x)


def sequence(specs):
    return nn.Sequential(*[layer(spec) for spec in specs])


def layer(spec):
    kind = spec["kind"]
    if kind == "conv":
        rest = {key: spec[key] for key in ("padding", "stride", "groups", "bias")}
        return nn.Conv2d(spec["inChannels"], spec["outChannels"], spec["kernel"], **rest)
    if kind == "batchNorm":
        return nn.BatchNorm2d(spec["channels"])
    if kind == "residual":
        return Residual(spec)
    if kind == "globalAvgPool":
        return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if kind == "dense":
        return nn.Linear(spec["inFeatures"], spec["outFeatures"])
    if kind == "maxPool":
        return nn.MaxPool2d(spec["size"])
    return nn.ReLU() if kind == "relu" else nn.Flatten()


model = sequence(task["net"]["layers"])
weights = torch.from_numpy(numpy.fromfile(task["weights"], dtype=numpy.float32))
nn.utils.vector_to_parameters(weights, model.parameters())
if variant == "pytorch-nhwc":
    model = model.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(model.parameters(), lr=task["lr"], momentum=task["momentum"])

batch, count = task["batch"], task["count"]
images = torch.from_numpy(numpy.fromfile(task["images"], dtype=numpy.float32)).reshape(count, *task["net"]["input"])
if variant == "pytorch-nhwc":
    images = images.contiguous(memory_format=torch.channels_last)
labels = torch.from_numpy(numpy.fromfile(task["labels"], dtype=numpy.uint8).astype(numpy.int64))
at = 0


def step():
    global at
    if at + batch > count:
        at = 0
    x, y = images[at : at + batch], labels[at : at + batch]
    at += batch
    loss = functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def answer(message):
    print(json.dumps(message), flush=True)


oneDNN = "oneDNN" if torch.backends.mkldnn.is_available() and variant != "pytorch-native" else "no oneDNN"
answer({"facts": {"elements": "float32", "version": torch.__version__, "threads": torch.get_num_threads(), "with": oneDNN}})
for line in sys.stdin:
    steps = int(line)
    start = time.perf_counter()
    losses = [step() for _ in range(steps)]
    answer({"seconds": time.perf_counter() - start, "losses": losses})
