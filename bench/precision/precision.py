#!/usr/bin/env python3
"""What numbers of fewer bits than single precision would give: how many test images get another
category, how far confidences move, and how many products a second this processor makes of each.

usage: precision.py MODEL DATA

DATA is the folder of Fashion-MNIST's four .gz files. Convolutions are emulated with PyTorch: their
factors are rounded, their sums are not. The first layer and the last stay in single precision. 8-bit
weights have a scale an output channel; 8-bit inputs one a layer, from 2,000 training images. In
Winograd's filtering it is the transformed factors that are rounded.
Needs `pip install torch numpy`.
"""
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import network  # noqa: E402  (found only through the line above)

CALIBRATION = 2000


def images(folder, name):
    with gzip.open(os.path.join(folder, name)) as file:
        return np.frombuffer(file.read(), np.uint8)[16:].reshape(-1, 1, 28, 28)


def labels(folder, name):
    with gzip.open(os.path.join(folder, name)) as file:
        return np.frombuffer(file.read(), np.uint8)[8:]


def folded(model):
    """The network with each batch norm folded into the convolution before it, as Hangtag does."""
    def fold(part):
        made, children = [], list(part.children())
        for child in children:
            if isinstance(child, nn.BatchNorm2d):
                made[-1] = nn.utils.fusion.fuse_conv_bn_eval(made[-1], child)
            elif isinstance(child, nn.Sequential):
                made.append(fold(child))
            else:
                if hasattr(child, "inner"):
                    child.inner = fold(child.inner)
                made.append(child)
        return nn.Sequential(*made)

    return fold(network.torch_model(model)).eval()


class BFloat16(nn.Module):
    def __init__(self, convolution):
        super().__init__()
        self.convolution = convolution
        convolution.weight.data = convolution.weight.data.bfloat16().float()

    def forward(self, x):
        return self.convolution(x.bfloat16().float())


def transforms(edge):
    """Toom and Cook's matrices of F(edge, 3), at the points that Hangtag's kernels take: of outputs, of
    weights and of inputs."""
    near, far = 0.5 ** 0.5, 2 ** 0.5
    points = np.array([0, 1, -1] if edge == 2 else [0, near, -near, far, -far])
    side = edge + 2
    outputs, weights, inputs = (np.zeros((side, count)) for count in (edge, 3, side))
    for i, point in enumerate(points):
        others = np.delete(points, i)
        outputs[i] = point ** np.arange(edge)
        weights[i] = point ** np.arange(3) / np.prod(point - others)
        inputs[i, :side - 1] = np.poly(others)[::-1]
    outputs[-1, -1] = weights[-1, -1] = 1
    inputs[-1] = np.poly(points)[::-1]
    return [torch.from_numpy(each).float() for each in (outputs.T, weights, inputs)]


class WinogradBFloat16(nn.Module):
    """A convolution of 3 x 3 with padding 1, edge x edge outputs at a time."""

    def __init__(self, convolution, edge):
        super().__init__()
        self.edge, self.bias = edge, convolution.bias
        self.of_outputs, of_weights, self.of_inputs = transforms(edge)
        weight = torch.einsum("ij,ocjk,lk->iloc", of_weights, convolution.weight.data, of_weights)
        self.weight = weight.flatten(0, 1).bfloat16().float()

    def forward(self, x):
        edge, side, (count, _, height, width) = self.edge, self.edge + 2, x.shape
        rows, columns = -(-height // edge), -(-width // edge)
        x = nn.functional.pad(x, (1, columns * edge + 1 - width, 1, rows * edge + 1 - height))
        tiles = x.unfold(2, side, edge).unfold(3, side, edge)
        tiles = torch.einsum("ij,ncyxjk,lk->ilcnyx", self.of_inputs, tiles, self.of_inputs)
        sums = torch.bmm(self.weight, tiles.bfloat16().float().flatten(0, 1).flatten(2))
        sums = sums.view(side, side, -1, count, rows, columns)
        x = torch.einsum("ij,jkonyx,lk->noyixl", self.of_outputs, sums, self.of_outputs)
        x = x.flatten(4, 5).flatten(2, 3)[:, :, :height, :width]
        return x + self.bias[:, None, None]


class Int8(nn.Module):
    """Sees the largest input first; rounds to its 255th from when `largest` is fixed."""

    def __init__(self, convolution):
        super().__init__()
        self.convolution, self.largest, self.is_fixed = convolution, 0.0, False
        weight = convolution.weight.data
        scale = weight.abs().amax(dim=(1, 2, 3), keepdim=True) / 127
        self.rounded = (weight / scale).round() * scale

    def fix(self):
        self.is_fixed = True
        self.convolution.weight.data = self.rounded

    def forward(self, x):
        if self.is_fixed:
            scale = self.largest / 255
            x = (x / scale).round().clamp(0, 255) * scale
        else:
            self.largest = max(self.largest, x.max().item())
        return self.convolution(x)


def replaced(part, kind, made):
    """Puts `kind` in the place of every convolution but those that see the photo itself."""
    for name, child in part.named_children():
        if isinstance(child, nn.Conv2d):
            if child.in_channels > 1:
                made.append(kind(child))
                setattr(part, name, made[-1])
        else:
            replaced(child, kind, made)
    return made


def probabilities(model, pixels, metadata):
    """The mean of a photo's and its mirror image's, where the model wants that."""
    specification = json.loads(metadata["hangtag.input"])
    temperature = json.loads(metadata.get("hangtag.calibration", "{}")).get("temperature", 1)
    results = []
    with torch.no_grad():
        for start in range(0, len(pixels), 500):
            x = torch.from_numpy(pixels[start:start + 500].astype(np.float32))
            x = (x * specification["scale"] - specification["mean"]) / specification["std"]
            views = [x, x.flip(3)] if specification.get("mirror") else [x]
            results.append(sum(torch.softmax(model(view) / temperature, 1) for view in views)
                           / len(views))
    return torch.cat(results).numpy()


def products():
    with tempfile.TemporaryDirectory() as folder:
        program = os.path.join(folder, "products")
        subprocess.run(["cc", "-O2", "-march=native", "-o", program,
                        os.path.join(HERE, "products.c")], check=True)
        lines = [subprocess.run([program], check=True, capture_output=True, text=True).stdout
                 for _ in range(5)]
    rows = [dict(line.split() for line in each.splitlines()) for each in lines]
    return {name: float(np.median([float(row[name]) for row in rows])) for name in rows[0]}


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    model, data = sys.argv[1:]
    with open(model, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    metadata = header["__metadata__"]
    pixels = images(data, "t10k-images-idx3-ubyte.gz")
    truth = labels(data, "t10k-labels-idx1-ubyte.gz")
    exact = probabilities(folded(model), pixels, metadata)

    # Products for the nine of a 3 x 3 kernel, and the numbers that they are made of.
    kinds = {
        "bfloat16": (9, "bfloat16", BFloat16),
        "bfloat16, F(2 x 2)": (4, "bfloat16", lambda each: WinogradBFloat16(each, 2)),
        "bfloat16, F(4 x 4)": (2.25, "bfloat16", lambda each: WinogradBFloat16(each, 4)),
    }
    found = {}
    for name, (_, _, kind) in kinds.items():
        rounded = folded(model)
        replaced(rounded, kind, [])
        found[name] = probabilities(rounded, pixels, metadata)
    rounded = folded(model)
    convolutions = replaced(rounded, Int8, [])
    training = images(data, "train-images-idx3-ubyte.gz")[:CALIBRATION]
    probabilities(rounded, training, metadata)
    for convolution in convolutions:
        convolution.fix()
    found["int8"] = probabilities(rounded, pixels, metadata)

    kinds["int8"] = (9, "int8", Int8)
    rate = products()
    print("| numbers | other categories | largest change of a confidence | accuracy"
          " | products a nanosecond | 3 x 3 sums a nanosecond |")
    print("|---|---|---|---|---|---|")
    accuracy = np.mean(exact.argmax(1) == truth)
    print(f"| float32, F(4 x 4) | | | {accuracy:.4f} | {rate['float32']:.0f}"
          f" | {rate['float32'] / 2.25:.1f} |")
    for name, each in found.items():
        cost, numbers, _ = kinds[name]
        changed = int((each.argmax(1) != exact.argmax(1)).sum())
        print(f"| {name} | {changed} of {len(pixels):,} | {np.abs(each - exact).max():.3f}"
              f" | {np.mean(each.argmax(1) == truth):.4f} | {rate[numbers]:.0f}"
              f" | {rate[numbers] / cost:.1f} |")


main()
