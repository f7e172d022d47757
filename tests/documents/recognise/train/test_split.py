import pytest

from vanguard.documents.recognise.train.split import chips, faces_of
from vanguard.documents.synth.fonts.found import find

pytestmark = pytest.mark.fonts


def test_faces_kept_aside_are_no_others():
    learned = {face.family for face in faces_of(aside=False)}
    aside = {face.family for face in faces_of(aside=True)}
    held_out = {face.family for face in find().of("held_out")}
    assert learned
    assert aside
    assert not learned & aside
    assert not (learned | aside) & held_out


def test_chips_kept_aside_are_other_ones():
    learned, aside = ([one.text for one in chips(1, 1, aside=kept)] for kept in (False, True))
    assert learned
    assert aside
    assert learned != aside
