"""A network of nets.ts in PyTorch's layers, with the weights of a task."""

import numpy
import torch
from torch import nn


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


def read(path, dtype=numpy.float32):
    return torch.from_numpy(numpy.fromfile(path, dtype=dtype))


def build(task):
    model = sequence(task["net"]["layers"])
    nn.utils.vector_to_parameters(read(task["weights"]), model.parameters())
    if "statistics" in task:
        numbers = read(task["statistics"])
        for norm in [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]:
            count = norm.num_features
            norm.running_mean.copy_(numbers[:count])
            norm.running_var.copy_(numbers[count : 2 * count])
            numbers = numbers[2 * count :]
    return model
