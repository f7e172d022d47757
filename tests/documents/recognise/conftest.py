import pytest

from vanguard.documents.recognise.train.chips import page_of_chips
from vanguard.documents.recognise.train.split import chips
from vanguard.documents.recognise.train.words import words_of
from vanguard.documents.synth.fonts.found import find
from vanguard.documents.synth.text.source import load


@pytest.fixture(scope="session")
def learned_chips():
    """Chips of the training split, of faces that the packaged net learned."""
    return chips(7, 1)


@pytest.fixture(scope="session")
def unseen_chips():
    """Chips of faces, texts and faults that no training has shown."""
    faces, words = find().of("held_out"), words_of(load().of("held_out"))
    return [chip for seed in range(4) for chip in page_of_chips(seed, faces, words, "held_out")]
