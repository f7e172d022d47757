"""Tesseract's network for lines in torch, with the weights of its data, and back.

It does not know letters. Only the one shape is known that the Arabic data have: convolution, pooling, an LSTM up
each column of pixels, three along the line, and a class for each third column.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from vanguard.documents.recognise.adapt.network import Network, Weights

HEIGHT_PX = 48
STEP_PX = 3
SHAPE = "[1,48,0,1Ct3,3,16Mp3,3Lfys64Lfx96Lrx96Lfx512O1c1]"
_WINDOW = 3


class LineNet(nn.Module):  # type: ignore[misc]
    """Lines of grey, (n, 1, 48, w) from -1 (ink) to 1 (paper), to log-probabilities (w / 3, n, classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.window = nn.Linear(_WINDOW * _WINDOW, 16)
        self.up = nn.LSTM(16, 64, batch_first=True)
        self.first = nn.LSTM(64, 96)
        self.back = nn.LSTM(96, 96)
        self.last = nn.LSTM(96, 512)
        self.output = nn.Linear(512, classes)

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        """What each step says; around the line is noise, as Tesseract has it."""
        count, _, high, wide = lines.shape
        around = torch.rand(count, 1, high + 2, wide + 2) * 2 - 1
        around[:, :, 1:-1, 1:-1] = lines
        # Tesseract's window goes down each of its columns
        kernel = self.window.weight.view(-1, 1, _WINDOW, _WINDOW).transpose(2, 3)
        seen = torch.tanh(functional.conv2d(around, kernel, self.window.bias))
        seen = functional.max_pool2d(seen, STEP_PX)
        steps = seen.shape[3]
        columns = seen.permute(3, 0, 2, 1).reshape(steps * count, seen.shape[2], -1)
        _, (told, _) = self.up(columns)
        along, _ = self.first(told.view(steps, count, -1))
        along, _ = self.back(along.flip(0))
        along, _ = self.last(along.flip(0))
        said: torch.Tensor = self.output(along).log_softmax(2)
        return said


def loaded(network: Network) -> LineNet:
    """The net with a network's weights.

    Raises:
        ValueError: it has another shape.
    """
    if network.text != SHAPE:
        raise ValueError(f"a network of another shape: {network.text}")
    dense, *gates, output = _matrices(network)
    net = LineNet(len(output.rows))
    with torch.no_grad():
        for layer, one in ((net.window, dense), (net.output, output)):
            values = torch.from_numpy(one.floats()).float()
            layer.weight.copy_(values[:, :-1])
            layer.bias.copy_(values[:, -1])
        for number, layer in enumerate(_lstms(net)):
            four = [gates[4 * number + gate].floats() for gate in (1, 2, 0, 3)]
            values = torch.from_numpy(np.concatenate(four)).float()
            inputs = layer.input_size
            layer.weight_ih_l0.copy_(values[:, :inputs])
            layer.weight_hh_l0.copy_(values[:, inputs:-1])
            layer.bias_ih_l0.copy_(values[:, -1])
            layer.bias_hh_l0.zero_()
    return net


def store(net: LineNet, network: Network) -> None:
    """Puts the net's weights into a network, as floats; the last layer may have got more classes."""
    found: list[NDArray[np.float64]] = [_dense(net.window)]
    for layer in _lstms(net):
        values = _values(
            torch.cat(
                (
                    layer.weight_ih_l0,
                    layer.weight_hh_l0,
                    (layer.bias_ih_l0 + layer.bias_hh_l0)[:, None],
                ),
                1,
            )
        )
        four = np.split(values, 4)
        found += [four[gate] for gate in (2, 0, 1, 3)]
    found.append(_dense(net.output))
    matrices = iter(found)
    for layer in network.top.every():
        layer.weights = [Weights(next(matrices)) for _ in layer.weights]
        if layer.kind == "Softmax":
            more = net.output.out_features - layer.outputs
            layer.outputs += more
            layer.count += more * (net.output.in_features + 1)
            network.top.outputs += more
            network.top.count += more * (net.output.in_features + 1)


def widened(net: LineNet, classes: int, like: dict[int, int]) -> LineNet:
    """The net with more classes: a new one begins as the one that it is like, or as the mean of all."""
    more = LineNet(classes)
    state = net.state_dict()
    for name in ("output.weight", "output.bias"):
        old = state[name]
        new = old.mean(0, keepdim=True).repeat(classes, *[1] * (old.dim() - 1))
        new[: len(old)] = old
        for one, other in like.items():
            new[one] = old[other]
        if name == "output.bias":
            new[len(old) :] -= 2.0
        state[name] = new
    more.load_state_dict(state)
    return more


def _lstms(net: LineNet) -> Iterator[nn.LSTM]:
    yield from (net.up, net.first, net.back, net.last)


def _matrices(network: Network) -> list[Weights]:
    return [one for layer in network.top.every() for one in layer.weights]


def _dense(layer: nn.Linear) -> NDArray[np.float64]:
    return _values(torch.cat((layer.weight, layer.bias[:, None]), 1))


def _values(one: torch.Tensor) -> NDArray[np.float64]:
    return np.asarray(one.detach().double().numpy(), np.float64)
