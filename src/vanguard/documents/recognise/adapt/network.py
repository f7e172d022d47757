"""The network within Tesseract's data: its layers, read from bytes and written to them again.

It does not compute. Weights are kept as whole numbers with a scale for each row (as Tesseract packs them to read
fast) or as floats; a network of floats becomes one of whole numbers by `to_integers`, and back by `to_floats`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

_INTEGERS, _ADAM, _DOUBLES = 1, 4, 128
_GROUP = 8  # rows that are computed together: scales are written for full ones
_MOST = 127
_FLAG_INTEGERS, _FLAG_RATES = 1, 64
_SERIES = ("Series", "Parallel", "Replicated", "RTLReversed", "TTBReversed", "XYTranspose")
_LSTM, _SUMMARY = "LSTM", "SummLSTM"
_DENSE = ("Tanh", "Softmax", "SoftmaxNoCTC", "Relu", "Linear", "Logistic")
_GATES = 4


@dataclass
class Weights:
    """A matrix, a row for each output; the last column is added whatever the input is.

    Attributes:
        rows: int8 with `scales`, or float64 without.
        scales: what the whole numbers of a row are multiplied by.
    """

    rows: NDArray[np.int8] | NDArray[np.float64]
    scales: NDArray[np.float64] | None = None

    def floats(self) -> NDArray[np.float64]:
        """The values themselves."""
        if self.scales is None:
            return np.asarray(self.rows, np.float64)
        return np.asarray(self.rows * self.scales[:, None], np.float64)


@dataclass
class Layer:
    """One layer and those within it.

    Attributes:
        kind: by Tesseract's name.
        inputs, outputs: how many at each place.
        head: what stands between its name and its weights: sizes of windows and the like.
        rates: of learning, for each of its layers, as they were at the end of training.
    """

    kind: str
    training: int
    backward: int
    flags: int
    inputs: int
    outputs: int
    count: int
    name: str
    head: tuple[int, ...] = ()
    weights: list[Weights] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    rates: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))

    def every(self) -> Iterator[Layer]:
        """It, and all within it, in the order of the file."""
        yield self
        for layer in self.layers:
            yield from layer.every()


@dataclass
class Network:
    """The part `lstm` of the data: layers, and how they were trained.

    Attributes:
        text: the layers in Tesseract's own short form.
        flags: 1 for whole numbers; `null`: the class that says nothing.
    """

    top: Layer
    text: str
    flags: int
    iterations: tuple[int, int]
    null: int
    rates: tuple[float, float, float]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[float, ...]:
        found = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return found

    def number(self, form: str) -> int:
        (found,) = self.take(form)
        return int(found)

    def text(self) -> str:
        length = self.number("I")
        found = self.data[self.at : self.at + length]
        self.at += length
        return found.decode("utf-8")

    def array(self, form: type, count: int) -> NDArray[np.float64]:
        found = np.frombuffer(self.data, np.dtype(form).newbyteorder("<"), count, self.at)
        self.at += found.nbytes
        return found.copy()


def parsed(data: bytes) -> Network:
    """The network of the part `lstm`.

    Raises:
        ValueError: a layer or a kind of weights that this does not know, or bytes missing or left over.
    """
    reader = _Reader(data)
    try:
        top = _layer(reader)
        text = reader.text()
        flags, first, second, null = (reader.number("i") for _ in range(4))
        beta, rate, momentum = reader.take("3f")
    except struct.error as error:
        raise ValueError(f"a network cut short: {error}") from error
    if reader.at != len(data):
        raise ValueError(f"{len(data) - reader.at} bytes behind the network")
    return Network(top, text, flags, (first, second), null, (beta, rate, momentum))


def _layer(reader: _Reader) -> Layer:
    if reader.number("b"):
        raise ValueError("a network of an older form")
    kind = reader.text()
    training, backward = reader.number("b"), reader.number("b")
    flags, inputs, outputs, count = (reader.number("i") for _ in range(4))
    layer = Layer(kind, training, backward, flags, inputs, outputs, count, reader.text())
    if kind in _SERIES:
        layer.layers = [_layer(reader) for _ in range(reader.number("I"))]
        if flags & _FLAG_RATES:
            layer.rates = reader.array(np.float32, reader.number("I")).astype(np.float32)
    elif kind in (_LSTM, _SUMMARY):
        layer.head = (reader.number("i"),)
        layer.weights = [_weights(reader) for _ in range(_GATES)]
    elif kind in _DENSE:
        layer.weights = [_weights(reader)]
    elif kind in _HEADS:
        layer.head = tuple(reader.number("i") for _ in range(_HEADS[kind]))
    else:
        raise ValueError(f"a layer {kind!r}")
    return layer


# batch, height, width, depth and loss of the input; half a window's sides; sides of a window
_HEADS = {"Input": 5, "Convolve": 2, "Maxpool": 2, "Reconfig": 2}


def _weights(reader: _Reader) -> Weights:
    mode = reader.number("B")
    if not mode & _DOUBLES:
        raise ValueError("weights of an older form")
    high, wide = reader.number("I"), reader.number("I")
    if mode & _INTEGERS:
        reader.take("b")
        rows = reader.array(np.int8, high * wide).reshape(high, wide)
        scales = reader.array(np.float64, reader.number("I"))
        return Weights(rows.astype(np.int8), scales[:high])
    reader.take("d")
    return Weights(reader.array(np.float64, high * wide).reshape(high, wide))


def written(network: Network) -> bytes:
    """The bytes of the part `lstm`, as `parsed` reads them."""
    out = [
        _written(network.top),
        _string(network.text),
        struct.pack("<4i", network.flags, *network.iterations, network.null),
        struct.pack("<3f", *network.rates),
    ]
    return b"".join(out)


def _written(layer: Layer) -> bytes:
    numbers = (layer.flags, layer.inputs, layer.outputs, layer.count)
    out = [
        b"\0" + _string(layer.kind),
        struct.pack("<bb4i", layer.training, layer.backward, *numbers),
        _string(layer.name),
    ]
    if layer.kind in _SERIES:
        out.append(struct.pack("<I", len(layer.layers)))
    out.append(struct.pack(f"<{len(layer.head)}i", *layer.head))
    out += map(_written_weights, layer.weights)
    out += map(_written, layer.layers)
    if layer.kind in _SERIES and layer.flags & _FLAG_RATES:
        out.append(struct.pack("<I", len(layer.rates)) + layer.rates.astype("<f4").tobytes())
    return b"".join(out)


def _written_weights(weights: Weights) -> bytes:
    high, wide = weights.rows.shape
    if weights.scales is None:
        head = struct.pack("<BIId", _DOUBLES | _ADAM, high, wide, 0.0)
        return head + weights.rows.astype("<f8").tobytes()
    head = struct.pack("<BIIb", _DOUBLES | _ADAM | _INTEGERS, high, wide, 0)
    scales = np.zeros(-(-high // _GROUP) * _GROUP, "<f8")
    scales[:high] = weights.scales
    return head + weights.rows.tobytes() + struct.pack("<I", len(scales)) + scales.tobytes()


def _string(text: str) -> bytes:
    data = text.encode("utf-8")
    return struct.pack("<I", len(data)) + data


def rounded(values: NDArray[np.float64]) -> Weights:
    """Values as whole numbers, the largest of each row 127."""
    scales = np.abs(values).max(axis=1) / _MOST
    whole = np.where(scales == 0.0, 1.0, scales)
    return Weights(np.rint(values / whole[:, None]).astype(np.int8), scales)


def to_floats(network: Network) -> None:
    """Makes it a network of floats, which Tesseract's own training goes on from."""
    for layer in network.top.every():
        layer.weights = [Weights(one.floats()) for one in layer.weights]
    network.flags &= ~_FLAG_INTEGERS


def to_integers(network: Network) -> None:
    """Makes it a network of whole numbers, eight times smaller and faster to read with."""
    for layer in network.top.every():
        layer.weights = [rounded(one.floats()) for one in layer.weights]
    network.flags |= _FLAG_INTEGERS
