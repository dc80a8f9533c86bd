#!/usr/bin/env python3
"""A Hangtag model file (safetensors) as an ONNX graph or a PyTorch network, for the rivals.

usage: network.py MODEL ONNX-FILE
"""
import json
import struct
import sys

import numpy as np


def read_model(path):
    """The architecture's layers, the labels and the parameters by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    metadata = header.pop("__metadata__")
    parameters = {}
    for name, tensor in header.items():
        if tensor["dtype"] != "F32":
            continue
        start, end = tensor["data_offsets"]
        parameters[name] = np.frombuffer(data[start:end], "<f4").reshape(tensor["shape"])
    layers = json.loads(metadata["hangtag.architecture"])["layers"]
    return layers, json.loads(metadata["hangtag.labels"]), parameters


def views(model):
    """How often the network looks at a photo: also at its mirror image, where the model asks for it."""
    with open(model, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    return 2 if json.loads(header["__metadata__"]["hangtag.input"]).get("mirror") else 1


def write_onnx(model, output):
    """Exports a model file for onnxruntime; the batch is free."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    layers, labels, parameters = read_model(model)
    nodes, constants = [], []

    def constant(name):
        constants.append(numpy_helper.from_array(parameters[name].copy(), name))
        return name

    def add(kind, inputs, **attributes):
        output = f"v{len(nodes)}"
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def chain(layers, value):
        for layer in layers:
            kind, name = layer["type"], layer.get("name")
            if kind == "conv2d":
                bias = [constant(f"{name}.bias")] if layer["bias"] else []
                value = add("Conv", [value, constant(f"{name}.weight")] + bias,
                            kernel_shape=[layer["kernel"]] * 2, pads=[layer["padding"]] * 4)
            elif kind == "batch_norm2d":
                names = ["weight", "bias", "running_mean", "running_var"]
                value = add("BatchNormalization",
                            [value] + [constant(f"{name}.{each}") for each in names],
                            epsilon=layer["eps"])
            elif kind == "relu":
                value = add("Relu", [value])
            elif kind == "max_pool2d":
                value = add("MaxPool", [value], kernel_shape=[layer["size"]] * 2,
                            strides=[layer["size"]] * 2)
            elif kind == "global_max_pool2d":
                value = add("GlobalMaxPool", [value])
            elif kind == "global_average_pool2d":
                value = add("GlobalAveragePool", [value])
            elif kind == "flatten":
                value = add("Flatten", [value])
            elif kind == "linear":
                value = add("Gemm", [value, constant(f"{name}.weight"), constant(f"{name}.bias")],
                            transB=1)
            elif kind == "residual":
                value = add("Add", [value, chain(layer["layers"], value)])
            elif kind != "dropout":
                raise SystemExit(f"{kind}: not known here")
        return value

    logits = chain(layers, "input")
    graph = helper.make_graph(
        nodes, "hangtag",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 1, 28, 28])],
        [helper.make_tensor_value_info(logits, TensorProto.FLOAT, ["n", len(labels)])], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(made, {"views": str(views(model))})
    onnx.save(made, output)


def torch_network(layers):
    """The PyTorch network that an architecture in Hangtag's form describes."""
    from torch import nn

    class Residual(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return x + self.inner(x)

    made = []
    for layer in layers:
        kind = layer["type"]
        if kind == "conv2d":
            made.append(nn.Conv2d(layer["in"], layer["out"], layer["kernel"],
                                  padding=layer["padding"], bias=layer["bias"]))
        elif kind == "batch_norm2d":
            made.append(nn.BatchNorm2d(layer["features"], eps=layer["eps"]))
        elif kind == "relu":
            made.append(nn.ReLU(inplace=True))
        elif kind == "max_pool2d":
            made.append(nn.MaxPool2d(layer["size"]))
        elif kind == "global_max_pool2d":
            made.append(nn.AdaptiveMaxPool2d(1))
        elif kind == "global_average_pool2d":
            made.append(nn.AdaptiveAvgPool2d(1))
        elif kind == "dropout":
            made.append(nn.Dropout(layer["rate"]))
        elif kind == "flatten":
            made.append(nn.Flatten())
        elif kind == "linear":
            made.append(nn.Linear(layer["in"], layer["out"], bias=layer["bias"]))
        elif kind == "residual":
            made.append(Residual(torch_network(layer["layers"])))
        else:
            raise SystemExit(f"{kind}: not known here")
    return nn.Sequential(*made)


def torch_model(path):
    """A model file as a PyTorch network with its weights, ready to infer."""
    import torch

    layers, _, parameters = read_model(path)
    network = torch_network(layers).eval()

    def names(layers):
        for layer in layers:
            if layer["type"] == "residual":
                yield from names(layer["layers"])
            elif "name" in layer:
                yield layer["name"]

    leaves = [each for each in network.modules()
              if isinstance(each, (torch.nn.Conv2d, torch.nn.BatchNorm2d, torch.nn.Linear))]
    for name, leaf in zip(names(layers), leaves, strict=True):
        state = {key: torch.from_numpy(parameters[f"{name}.{key}"].copy())
                 for key in leaf.state_dict() if f"{name}.{key}" in parameters}
        leaf.load_state_dict(state, strict=False)
    return network.to(memory_format=torch.channels_last)


if __name__ == "__main__":
    write_onnx(*sys.argv[1:])
