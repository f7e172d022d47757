"""A tiny model and pages that it can learn, made once for all tests that really train."""

from __future__ import annotations

import pytest

from support.documents import pages_to_learn


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """The folder of a random model; torch keeps to one core from here on."""
    import torch

    from support.documents import tiny_model

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("tiny")
    tiny_model.make(folder)
    return folder


@pytest.fixture(scope="session")
def learnt(tmp_path_factory):
    """A folder of pages to learn."""
    folder = tmp_path_factory.mktemp("pages")
    pages_to_learn.make(folder)
    return folder
