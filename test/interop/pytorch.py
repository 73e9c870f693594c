"""One half of pytorch.test.ts: `python3 pytorch.py make FOLDER` writes a network, a batch and what it gives;
`python3 pytorch.py check FOLDER` opens what convgrad made of them, in PyTorch and in NumPy."""
import json
import pathlib
import struct
import sys

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.dense = nn.Linear(8 * 4 * 4, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
        x = nn.functional.gelu(self.conv2(x)) + x
        return self.dense(torch.flatten(x, 1))


def read_safetensors(path):
    """By the format's description: Debian has no package of it."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    types = {"F32": "<f4", "F64": "<f8"}
    state = {}
    for key, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[begin:end], types[entry["dtype"]]).reshape(entry["shape"])
        state[key] = torch.from_numpy(array.copy())
    return state


def outputs(net, x):
    net.eval()
    with torch.no_grad():
        return net(x).numpy()


task, folder = sys.argv[1], pathlib.Path(sys.argv[2])
if task == "make":
    torch.manual_seed(0)
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
    x, labels = torch.randn(16, 3, 8, 8), torch.arange(16) % 10
    for _ in range(3):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), labels).backward()
        optimizer.step()
    torch.save({"epoch": 3, "model": net.state_dict(), "optimizer": optimizer.state_dict()}, folder / "net.pt")
    np.save(folder / "x.npy", x.numpy())
    np.save(folder / "before.npy", outputs(net, x))
    # The next step, as PyTorch takes it.
    net.train()
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), labels).backward()
    optimizer.step()
    np.savez_compressed(folder / "after.npz", y=outputs(net, x), **{key: value.numpy() for key, value in net.state_dict().items()})
else:
    net = Net()
    print(net.load_state_dict(read_safetensors(folder / "trained.safetensors")))
    np.save(folder / "checked.npy", outputs(net, torch.from_numpy(np.load(folder / "x.npy"))))
    arrays = np.load(folder / "trained.npz")
    state = net.state_dict()
    assert sorted(arrays.files) == sorted(state.keys()), arrays.files
    for key in arrays.files:
        assert np.array_equal(arrays[key], state[key].numpy()), key
    print(len(arrays.files), "arrays are equal")
