"""A trained net as an ONNX file: normalisation folded into the weights, weights as halves.

It does not know what the net reads. The operators are of set 13, which all runtimes since 2021 have.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

OPERATORS = 13
_FORMAT = 8  # of the file (ONNX 1.10)


def to_onnx(net: nn.Sequential) -> bytes:
    """The file: `strips` (n, 1, 32, w) in, `scores` (n, classes, 1, w / 2) out, unnormalised.

    Raises:
        TypeError: it has a layer that is not exported.
    """
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    layers = list(net)
    come = "strips"
    for number, layer in enumerate(layers):
        go = f"t{number}"
        if isinstance(layer, nn.BatchNorm2d):
            continue
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            norm = layers[number + 1] if number + 1 < len(layers) else None
            kernel, bias = _folded(layer, norm if isinstance(norm, nn.BatchNorm2d) else None)
            names = [
                _halves(nodes, weights, f"{go}_{part}", values)
                for part, values in (("w", kernel), ("b", bias))
            ]
            nodes.append(helper.make_node(_kind(layer), [come, *names], [go], **_places(layer)))
        elif isinstance(layer, nn.ReLU):
            nodes.append(helper.make_node("Relu", [come], [go]))
        elif isinstance(layer, nn.MaxPool2d):
            size = list(layer.kernel_size)
            nodes.append(helper.make_node("MaxPool", [come], [go], kernel_shape=size, strides=size))
        else:
            raise TypeError(f"{type(layer).__name__} is not exported")
        come = go
    nodes.append(helper.make_node("Identity", [come], ["scores"]))
    graph = helper.make_graph(
        nodes,
        "recogniser",
        [helper.make_tensor_value_info("strips", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", "classes", 1, "t"])],
        weights,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPERATORS)], producer_name="vanguard"
    )
    model.ir_version = _FORMAT
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _kind(layer: nn.Module) -> str:
    return "Conv" if isinstance(layer, nn.Conv2d) else "ConvTranspose"


def _places(layer: nn.Conv2d | nn.ConvTranspose2d) -> dict[str, list[int]]:
    high, wide = layer.padding
    return {
        "kernel_shape": list(layer.kernel_size),
        "strides": list(layer.stride),
        "pads": [int(high), int(wide), int(high), int(wide)],
    }


def _folded(
    layer: nn.Conv2d | nn.ConvTranspose2d, norm: nn.BatchNorm2d | None
) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias that do what the layer and its normalisation did."""
    kernel = layer.weight.detach().numpy().astype(np.float64)
    bias = np.zeros(layer.out_channels) if layer.bias is None else layer.bias.detach().numpy()
    if norm is None:
        return kernel, bias
    factor = norm.weight.detach().numpy() / np.sqrt(norm.running_var.numpy() + norm.eps)
    shift = norm.bias.detach().numpy() + (bias - norm.running_mean.numpy()) * factor
    return kernel * factor[:, None, None, None], shift


def _halves(
    nodes: list[onnx.NodeProto], weights: list[onnx.TensorProto], name: str, values: np.ndarray
) -> str:
    """Keeps values as 16-bit floats, which the runtime widens when it loads them."""
    weights.append(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
    nodes.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    return name
