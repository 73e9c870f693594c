"""Writes a network of nets.ts as an ONNX file: `python3 pytorch_onnx.py TASK PATH`, where TASK is the JSON itself."""

import json
import sys

import torch
from pytorch_net import build

task = json.loads(sys.argv[1])
model = build(task).eval()
axes = {"x": {0: "n"}, "y": {0: "n"}}
example = torch.zeros(1, *task["net"]["input"])
torch.onnx.export(model, example, sys.argv[2], input_names=["x"], output_names=["y"], dynamic_axes=axes, opset_version=13)
