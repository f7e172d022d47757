"""A picture as a model is sent it: bounded in its size, and encoded once.

It does not know pages or prompts.
"""

from __future__ import annotations

import base64

import cv2
import numpy as np

from vanguard.documents.images.raster import Grey

_PAPER = 255
_LEAST_SIDE_PX = 56  # vision encoders of several families refuse less than 28
_QUALITY = 90
_LOSSLESS_UP_TO = 1.25  # times the JPEG's size a PNG is taken for what it keeps


def as_uri(grey: Grey, most_pixels: int) -> str:
    """The picture as a `data:` URI, no larger than `most_pixels`: PNG, or JPEG where that is far smaller."""
    data, kind = _encoded(_sized(grey, most_pixels))
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _sized(grey: Grey, most_pixels: int) -> Grey:
    high, wide = grey.shape
    factor = (most_pixels / (high * wide)) ** 0.5
    if factor < 1:
        size = (max(1, int(wide * factor)), max(1, int(high * factor)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
        high, wide = grey.shape
    below, beside = max(0, _LEAST_SIDE_PX - high), max(0, _LEAST_SIDE_PX - wide)
    if not below and not beside:
        return grey
    frame = (below // 2, below - below // 2, beside // 2, beside - beside // 2)
    framed = cv2.copyMakeBorder(grey, *frame, borderType=cv2.BORDER_CONSTANT, value=(_PAPER,))
    return np.asarray(framed, np.uint8)


def _encoded(grey: Grey) -> tuple[bytes, str]:
    png = _as(".png", grey, [])
    jpeg = _as(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return (png, "png") if len(png) <= _LOSSLESS_UP_TO * len(jpeg) else (jpeg, "jpeg")


def _as(suffix: str, grey: Grey, how: list[int]) -> bytes:
    done, data = cv2.imencode(suffix, grey, how)
    if not done:
        raise ValueError(f"a picture of {grey.shape} cannot be written as {suffix}")
    return data.tobytes()
