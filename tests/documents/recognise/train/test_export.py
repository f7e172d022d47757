import numpy as np
import pytest

from vanguard.documents.recognise.ctc import best, log_softmax
from vanguard.documents.recognise.model import Recogniser

pytestmark = pytest.mark.fonts


def test_the_file_says_what_the_net_says(lesson, learned_chips, tmp_path):
    import torch

    from vanguard.documents.recognise.train.export import to_onnx
    from vanguard.documents.recognise.train.net import log_probabilities

    net, _ = lesson
    (tmp_path / "net.onnx").write_bytes(to_onnx(net))
    reader = Recogniser(tmp_path / "net.onnx")
    for chip in learned_chips[:20]:
        padded = np.pad(chip.strip, ((0, 0), (0, 4))).astype(np.float32) / 255
        with torch.no_grad():
            logs = log_probabilities(net, torch.from_numpy(padded)[None, None])[:, 0].numpy()
        (scores,) = reader._session.run(None, {"strips": padded[None, None]})
        found = log_softmax(np.asarray(scores)[0, :, 0, :].T)
        assert np.abs(np.exp(found) - np.exp(logs)).max() < 0.02  # weights are halves
        assert reader.read(chip.strip)[0] == best(found)


def test_the_same_net_is_the_same_file(lesson):
    from vanguard.documents.recognise.train.export import to_onnx

    assert to_onnx(lesson[0]) == to_onnx(lesson[0])


def test_other_layers_are_refused():
    from torch import nn

    from vanguard.documents.recognise.train.export import to_onnx

    with pytest.raises(TypeError, match="GELU"):
        to_onnx(nn.Sequential(nn.GELU()))
