"""The net: convolutions from a strip of ink to what each two columns of its pixels say.

It does not know what it is trained on. No layer looks further than some forty pixels to each side, so
strips of any width go through it.
"""

from __future__ import annotations

import torch
from torch import nn

from vanguard.documents.recognise.strips import HEIGHT_PX

_WIDTHS = (16, 32, 48, 64)
_WIDE = 128
OUT_STEP_PX = 2
"""Of the strip, for one place of the output."""


def build(classes: int) -> nn.Sequential:
    """A fresh net: (n, 1, `HEIGHT_PX`, w) from 0 to 1 in, (n, classes, 1, w / 2) out, unnormalised."""
    first, second, third, fourth = _WIDTHS
    return nn.Sequential(
        *_step(1, first, (3, 3)),
        nn.MaxPool2d((2, 2)),
        *_step(first, second, (3, 3)),
        nn.MaxPool2d((2, 2)),
        *_step(second, third, (3, 3)),
        *_step(third, fourth, (3, 3)),
        nn.MaxPool2d((2, 1)),
        *_step(fourth, _WIDE, (HEIGHT_PX // 8, 3), high=0),
        *_step(_WIDE, _WIDE, (1, 5)),
        # half of the time steps that pooling took are given back: narrow digits stand close together
        nn.ConvTranspose2d(_WIDE, classes, (1, 2), stride=(1, 2)),
    )


def _step(come: int, go: int, size: tuple[int, int], high: int | None = None) -> list[nn.Module]:
    padding = (size[0] // 2 if high is None else high, size[1] // 2)
    return [
        nn.Conv2d(come, go, size, padding=padding, bias=False),
        nn.BatchNorm2d(go),
        nn.ReLU(inplace=True),
    ]


def log_probabilities(net: nn.Sequential, strips: torch.Tensor) -> torch.Tensor:
    """(w / 2, n, classes), as CTC wants them."""
    out: torch.Tensor = net(strips)
    return out.squeeze(2).permute(2, 0, 1).log_softmax(2)
