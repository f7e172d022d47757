import base64

import cv2
import numpy as np
import pytest

from vanguard.documents.reading.vision.picture import as_uri


def decoded(uri):
    head, _, data = uri.partition(",")
    grey = cv2.imdecode(np.frombuffer(base64.b64decode(data), np.uint8), cv2.IMREAD_GRAYSCALE)
    return head, grey


def test_a_picture_is_no_larger_than_asked_and_not_too_small():
    _, large = decoded(as_uri(np.zeros((1000, 2000), np.uint8), 50_000))
    assert large.size <= 50_000
    assert large.shape[1] / large.shape[0] == pytest.approx(2, rel=0.02)
    _, small = decoded(as_uri(np.zeros((10, 20), np.uint8), 50_000))
    assert small.shape == (56, 56)
    assert (small == 0).sum() == 200


def test_the_encoding_is_the_one_that_is_small():
    plain = np.full((300, 300), 255, np.uint8)
    grain = np.random.default_rng(1).normal(128, 40, (300, 300)).clip(0, 255).astype(np.uint8)
    assert as_uri(plain, 10**6).startswith("data:image/png;base64,")
    assert as_uri(grain, 10**6).startswith("data:image/jpeg;base64,")
