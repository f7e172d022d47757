"""A recogniser's file, loaded once: strips in, the letters of its alphabet and their probability out.

It does not know pages or what the letters mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path

import numpy as np
import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as faults

from vanguard.core.errors import SettingsError
from vanguard.documents.images.raster import Grey
from vanguard.documents.recognise import ctc
from vanguard.documents.recognise.strips import HEIGHT_PX

_REFUSED = (faults.Fail, faults.InvalidArgument, faults.InvalidGraph, faults.InvalidProtobuf)
_ROOM_PX = 4  # of paper behind a strip, as in training


class Recogniser:
    """One net; it computes with one thread, since pages are read by several processes.

    Raises:
        SettingsError: the file is not there or no net.
    """

    def __init__(self, path: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                path.read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except (OSError, *_REFUSED) as error:
            raise SettingsError(f"cannot load the recogniser {path}: {error}") from error

    def read(self, strip: Grey) -> tuple[tuple[int, ...], float]:
        """The classes that a strip says, from left to right, and their probability."""
        return self.read_all([strip])[0]

    def read_all(self, strips: Sequence[Grey]) -> list[tuple[tuple[int, ...], float]]:
        """The same for each of some strips."""
        found = []
        for strip in strips:
            inputs = np.zeros((1, 1, HEIGHT_PX, strip.shape[1] + _ROOM_PX), np.float32)
            inputs[0, 0, :, : strip.shape[1]] = strip / np.float32(255)
            (scores,) = self._session.run(None, {"strips": inputs})
            logs = ctc.log_softmax(np.asarray(scores)[0, :, 0, :].T)
            said = ctc.best(logs)
            found.append((said, ctc.probability(logs, said)))
        return found


@lru_cache(maxsize=4)
def packaged(name: str) -> Recogniser:
    """A recogniser of this package, such as `numbers`; loaded once in a process."""
    return Recogniser(
        Path(str(resources.files("vanguard") / "data" / "recognisers" / f"{name}.onnx"))
    )
