"""Trains a network of nets.ts with PyTorch, or runs it: `python3 pytorch.py VARIANT TASK.json [THREADS]`, as serve.ts.

VARIANT is pytorch (its defaults), pytorch-nhwc (channels last) or pytorch-native (without oneDNN)."""

import json
import sys
import time

import numpy
import torch
from pytorch_net import build, read
from torch.nn import functional

variant, path, threads = sys.argv[1:4]
with open(path) as file:
    task = json.load(file)
torch.set_num_threads(int(threads or task["threads"]))
if variant == "pytorch-native":
    torch.backends.mkldnn.set_flags(False)


model = build(task)
if variant == "pytorch-nhwc":
    model = model.to(memory_format=torch.channels_last)
if "statistics" in task:
    model.eval()
optimizer = torch.optim.SGD(model.parameters(), lr=task["lr"], momentum=task["momentum"])

batch, count = task["batch"], task["count"]
images = read(task["images"]).reshape(count, *task["net"]["input"])
if variant == "pytorch-nhwc":
    images = images.contiguous(memory_format=torch.channels_last)
labels = read(task["labels"], numpy.uint8).long()
if "statistics" in task:
    count = min(count, 16 * batch)  # As many batches as the others go round.
at = 0


def next_batch():
    global at
    if at + batch > count:
        at = 0
    at += batch
    return images[at - batch : at], labels[at - batch : at]


def infer():
    with torch.inference_mode():
        return model(next_batch()[0]).numpy()


def step():
    x, y = next_batch()
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
    start, begin = time.perf_counter(), time.process_time()
    if "statistics" in task:
        for _ in range(steps):
            outputs = infer()
        seconds, processor = time.perf_counter() - start, time.process_time() - begin
        answer({"seconds": seconds, "processor": processor, "outputs": outputs.ravel().tolist()})
    else:
        losses = [step() for _ in range(steps)]
        answer({"seconds": time.perf_counter() - start, "losses": losses})
